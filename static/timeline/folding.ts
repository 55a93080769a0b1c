import { BoundedSet } from '../browser/bounded-set.js';
import { find } from '../browser/dom.js';
import { recall, remember } from '../browser/storage.js';
import type { ScrollPosition } from './scroll-position.js';
import { words } from 'shared/words';

/** A text within both bounds is lower than a folded message on any screen. As in views/entries/new_message.ejs. */
const SHORT_LENGTH = 200;
const SHORT_LINES = 20;
/** How many unfolded messages a tab remembers. */
const UNFOLDED_LIMIT = 100;

/** Whether a message may be higher than a folded one. */
export function mayNeedFolding(text: string): boolean {
  return text.length > SHORT_LENGTH || text.split('\n').length > SHORT_LINES;
}

/** Removes the folding from a message whose text was deleted. */
export function removeFold(message: HTMLElement): void {
  message.classList.remove('folded', 'unfolded');
  message.querySelector('.unfold')?.remove();
}

/**
 * Folds long messages. A message unfolds by its button, and when the browser scrolls within it to a search result or a
 * focused link. It stays unfolded over a reload, and when it leaves the page and comes back.
 */
export class Folding {
  private readonly key: string;
  /** The ids of the messages that were unfolded last. */
  private readonly unfolded: BoundedSet<string>;

  constructor(
    private readonly list: HTMLElement,
    room: string,
    scrollPosition: ScrollPosition,
  ) {
    this.key = `parley:${room}:unfolded`;
    this.unfolded = new BoundedSet(UNFOLDED_LIMIT, recall(this.key).split(' ').filter(Boolean));
    list.addEventListener('click', ({ target }) => {
      const button = target instanceof Element && target.closest<HTMLElement>('.unfold');
      if (!button) return;
      const message = button.closest<HTMLElement>('.message')!;
      const unfold = !message.classList.contains('unfolded');
      // An unfolded message is read from its top; after folding, the button stays in place.
      scrollPosition.pin(unfold ? message : button, 'top', () => this.toggle(message, unfold));
    });
    list.addEventListener(
      'scroll',
      ({ target }) => {
        if (!(target instanceof HTMLElement) || !target.matches('.folded .bubble') || !target.scrollTop)
          return;
        const { scrollTop } = target;
        const message = target.closest<HTMLElement>('.message')!;
        scrollPosition.pin(target, 'top', () => this.toggle(message, true), -scrollTop);
      },
      true,
    );
  }

  /** Folds each message that is higher than the style allows, and gives it a button. */
  update(): void {
    const bubbles = [...this.list.querySelectorAll<HTMLElement>('.message:not(.unfolded) .bubble.tall')];
    // All are measured before any is changed, so that the browser lays the page out once.
    const overflows = bubbles.map((bubble) => bubble.scrollHeight > bubble.clientHeight + 1);
    bubbles.forEach((bubble, i) => {
      const message = bubble.closest<HTMLElement>('.message')!;
      const button = message.querySelector('.unfold');
      message.classList.toggle('folded', overflows[i]);
      if (!overflows[i]) return button?.remove();
      if (!button) bubble.after(unfoldButton());
      if (this.unfolded.has(message.dataset.id ?? '')) setUnfolded(message, true);
    });
  }

  private toggle(message: HTMLElement, unfold: boolean): void {
    setUnfolded(message, unfold);
    const id = message.dataset.id ?? '';
    if (unfold) this.unfolded.add(id);
    else this.unfolded.delete(id);
    remember(this.key, [...this.unfolded].join(' '));
  }
}

function setUnfolded(message: HTMLElement, isUnfolded: boolean): void {
  message.classList.toggle('unfolded', isUnfolded);
  message.classList.toggle('folded', !isUnfolded);
  find(message, '.bubble').scrollTop = 0;
  const button = find(message, '.unfold');
  button.textContent = isUnfolded ? words.showLess : words.showMore;
  button.setAttribute('aria-expanded', String(isUnfolded));
}

function unfoldButton(): HTMLElement {
  const button = document.createElement('button');
  button.className = 'unfold link-button';
  button.type = 'button';
  button.textContent = words.showMore;
  button.setAttribute('aria-expanded', 'false');
  return button;
}
