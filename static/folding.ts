import { find } from './dom.js';
import type { Reader } from './reader.js';

/** Texts that are shorter and have fewer lines can't be higher than a folded message on any screen. */
const SHORT = 200;
const LINES = 20;

/** Whether a message may have to be folded. */
export function mayBeLong(text: string): boolean {
  return text.length > SHORT || text.split('\n').length > LINES;
}

/** Gives each message that is higher than the style lets it be a button that shows all of it. */
export function foldLong(list: HTMLElement): void {
  const bubbles = [...list.querySelectorAll<HTMLElement>('.message:not(.unfolded) .bubble.tall')];
  const folded = bubbles.map((bubble) => bubble.scrollHeight > bubble.clientHeight + 1);
  bubbles.forEach((bubble, i) => {
    const button = bubble.parentElement?.querySelector('.unfold');
    bubble.closest('.message')?.classList.toggle('folded', folded[i]);
    if (folded[i] && !button) bubble.after(unfoldButton());
    else if (!folded[i]) button?.remove();
  });
}

/** Leaves nothing of folding on a message whose text is gone. */
export function forgetFold(message: HTMLElement): void {
  message.classList.remove('folded', 'unfolded');
  message.querySelector('.unfold')?.remove();
}

/** Folds and unfolds long messages: by their button, and when what is found or focused in one is out of sight. */
export function unfolding(list: HTMLElement, reader: Reader): void {
  list.addEventListener('click', ({ target }) => {
    const button = target instanceof Element && target.closest<HTMLElement>('.unfold');
    if (!button) return;
    const message = button.closest<HTMLElement>('.message')!;
    const unfold = !message.classList.contains('unfolded');
    // What was unfolded is read from its beginning; what is folded again ends where it ended.
    reader.hold(unfold ? message : button, 'top', () => toggle(message, unfold));
  });
  list.addEventListener(
    'scroll',
    ({ target }) => {
      if (!(target instanceof HTMLElement) || !target.matches('.folded .bubble') || !target.scrollTop) return;
      const { scrollTop } = target;
      reader.hold(target, 'top', () => toggle(target.closest<HTMLElement>('.message')!, true), -scrollTop);
    },
    true,
  );
}

function toggle(message: HTMLElement, unfold: boolean): void {
  message.classList.toggle('unfolded', unfold);
  message.classList.toggle('folded', !unfold);
  find(message, '.bubble').scrollTop = 0;
  const button = find(message, '.unfold');
  button.textContent = unfold ? 'Show less' : 'Show more';
  button.setAttribute('aria-expanded', String(unfold));
}

function unfoldButton(): HTMLElement {
  const button = document.createElement('button');
  button.className = 'unfold link-button';
  button.type = 'button';
  button.textContent = 'Show more';
  button.setAttribute('aria-expanded', 'false');
  return button;
}
