import type { Cursor, MessagePage } from '../server/wire.js';
import { find } from './dom.js';
import { seqOf } from './feed.js';

/** Brings older messages as the reader nears the top, until the room's beginning. */
export class Older {
  /** What stands above the oldest message. */
  private readonly row = find(document, '#older');
  private readonly words: HTMLElement;
  private readonly again: HTMLButtonElement;
  private readonly observer: IntersectionObserver;
  private loading = false;

  /**
   * @param log what scrolls.
   * @param oldest the place of the oldest entry that was read, if there is any.
   * @param read the page before a place.
   * @param show is given that page.
   */
  constructor(
    private readonly log: HTMLElement,
    private readonly room: string,
    private earliest: Cursor,
    private oldest: Cursor | undefined,
    private readonly read: (before: Cursor) => Promise<MessagePage>,
    private readonly show: (page: MessagePage) => void,
  ) {
    this.words = find(this.row, 'span');
    this.again = find(this.row, 'button');
    this.again.addEventListener('click', () => void this.load());
    this.observer = new IntersectionObserver(([seen]) => seen?.isIntersecting && void this.load(), {
      root: log,
      rootMargin: '800px 0px 0px 0px',
    });
    this.look();
  }

  /** The log on the page begins at another place now, or in another history. */
  reset(oldest: Cursor | undefined, earliest = this.earliest): void {
    this.oldest = oldest;
    this.earliest = earliest;
    this.look();
  }

  /** Looks anew at whether there is more, and whether the reader is near it. */
  private look(): void {
    const { oldest } = this;
    const beginning = !oldest || seqOf(oldest) <= seqOf(this.earliest) + 1;
    this.row.classList.toggle('beginning', beginning);
    this.words.textContent = beginning ? `Beginning of #${this.room}` : 'Loading earlier messages…';
    this.again.hidden = true;
    // The observer tells of changes only; observed anew, it tells where the row is now.
    this.observer.unobserve(this.row);
    if (!beginning) this.observer.observe(this.row);
  }

  private async load(): Promise<void> {
    const { oldest } = this;
    if (this.loading || !oldest) return;
    this.loading = true;
    try {
      const page = await this.read(oldest);
      // Meanwhile the log may have begun anew, or been shortened: then this page is no longer what comes before.
      if (this.oldest === oldest) this.add(page);
    } catch {
      this.observer.unobserve(this.row);
      this.words.textContent = 'Earlier messages can’t be loaded now.';
      this.again.hidden = false;
      return;
    } finally {
      this.loading = false;
    }
    this.look();
  }

  private add(page: MessagePage): void {
    // A screen reader is told of what is new, and these are not.
    this.log.ariaLive = 'off';
    setTimeout(() => (this.log.ariaLive = 'polite'), 500);
    const [first] = page.messages;
    this.earliest = first ? page.earliest : (this.oldest ?? page.earliest);
    // Not all that was read is shown: what deletes a message has a place, and no line.
    this.oldest = first?.cursor ?? this.oldest;
    this.show(page);
  }
}
