import { find } from '../browser/dom.js';

/** On a narrow screen, moves the panel into a dialog that a button opens. */
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
    // The children cover the dialog, so this is a click on its backdrop.
    if (event.target === drawer) drawer.close();
  });
  // The same width as in chat.css.
  matchMedia('(min-width: 56rem)').addEventListener('change', () => drawer.close());
}
