import { find } from '../browser/dom.js';

/** Shows the panel beside the conversation where there is room for it, and else in a dialog behind a button. */
export function panelInDrawer(): void {
  const panel = find(document, '#panel');
  const side = find(document, '#side');
  const drawer = find<HTMLDialogElement>(document, '#drawer');
  find(document, '#open-panel').addEventListener('click', () => {
    drawer.append(panel);
    drawer.showModal();
  });
  drawer.addEventListener('close', () => side.append(panel));
  drawer.addEventListener('click', (event) => {
    // Only the backdrop is the dialog itself: all else in it is covered by its children.
    if (event.target === drawer) drawer.close();
  });
  // As in chat.css.
  matchMedia('(min-width: 56rem)').addEventListener('change', () => drawer.close());
}
