import { find } from '../browser/dom.js';
import { recall, remember } from '../browser/storage.js';
import type { ScrollPosition } from './scroll-position.js';

/** Texts that are shorter and have fewer lines can't be higher than a folded message on any screen. */
const SHORT = 200;
const LINES = 20;
/** How many unfolded messages a tab remembers. */
const UNFOLDED = 100;

/** Whether a message may have to be folded. */
export function mayNeedFolding(text: string): boolean {
  return text.length > SHORT || text.split('\n').length > LINES;
}

/** Leaves nothing of folding on a message whose text is gone. */
export function removeFold(message: HTMLElement): void {
  message.classList.remove('folded', 'unfolded');
  message.querySelector('.unfold')?.remove();
}

/**
 * Folds long messages, and unfolds them by their button and when what is found or focused in one is out of sight. What
 * was unfolded stays so after a reload, and when it has left the page and comes back.
 */
export class Folding {
  private readonly key: string;
  /** The ids of the messages that were unfolded last. */
  private readonly unfolded: Set<string>;

  constructor(
    private readonly list: HTMLElement,
    room: string,
    reader: ScrollPosition,
  ) {
    this.key = `parley:${room}:unfolded`;
    this.unfolded = new Set(recall(this.key).split(' ').filter(Boolean));
    list.addEventListener('click', ({ target }) => {
      const button = target instanceof Element && target.closest<HTMLElement>('.unfold');
      if (!button) return;
      const message = button.closest<HTMLElement>('.message')!;
      const unfold = !message.classList.contains('unfolded');
      // What was unfolded is read from its beginning; what is folded again ends where it ended.
      reader.pin(unfold ? message : button, 'top', () => this.toggle(message, unfold));
    });
    list.addEventListener(
      'scroll',
      ({ target }) => {
        if (!(target instanceof HTMLElement) || !target.matches('.folded .bubble') || !target.scrollTop)
          return;
        const { scrollTop } = target;
        const message = target.closest<HTMLElement>('.message')!;
        reader.pin(target, 'top', () => this.toggle(message, true), -scrollTop);
      },
      true,
    );
  }

  /** Gives each message that is higher than the style lets it be a button that shows all of it. */
  update(): void {
    const bubbles = [...this.list.querySelectorAll<HTMLElement>('.message:not(.unfolded) .bubble.tall')];
    const folded = bubbles.map((bubble) => bubble.scrollHeight > bubble.clientHeight + 1);
    bubbles.forEach((bubble, i) => {
      const message = bubble.closest<HTMLElement>('.message')!;
      const button = message.querySelector('.unfold');
      message.classList.toggle('folded', folded[i]);
      if (!folded[i]) return button?.remove();
      if (!button) bubble.after(unfoldButton());
      if (this.unfolded.has(message.dataset.id ?? '')) show(message, true);
    });
  }

  private toggle(message: HTMLElement, unfold: boolean): void {
    show(message, unfold);
    const id = message.dataset.id ?? '';
    this.unfolded.delete(id);
    if (unfold) this.unfolded.add(id);
    if (this.unfolded.size > UNFOLDED) this.unfolded.delete([...this.unfolded][0]!);
    remember(this.key, [...this.unfolded].join(' '));
  }
}

function show(message: HTMLElement, unfold: boolean): void {
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
