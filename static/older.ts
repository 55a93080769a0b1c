import type { Cursor, MessagePage } from '../server/wire.js';
import { find } from './dom.js';
import { seqOf } from './feed.js';

/** Brings older messages as the reader nears the top, until the room's beginning. */
export class Older {
  private readonly words: HTMLElement;
  private readonly again: HTMLButtonElement;
  private readonly observer: IntersectionObserver;
  private loading = false;

  /**
   * @param row what stands above the oldest message.
   * @param log what scrolls.
   * @param oldest the place of the oldest message that is shown.
   * @param read the page before a place.
   * @param show is given that page.
   */
  constructor(
    private readonly row: HTMLElement,
    private readonly log: HTMLElement,
    private readonly room: string,
    private earliest: Cursor,
    private readonly oldest: () => Cursor | undefined,
    private readonly read: (before: Cursor) => Promise<MessagePage>,
    private readonly show: (page: MessagePage) => void,
  ) {
    this.words = find(row, 'span');
    this.again = find(row, 'button');
    this.again.addEventListener('click', () => void this.load());
    this.observer = new IntersectionObserver(([seen]) => seen?.isIntersecting && void this.load(), {
      root: log,
      rootMargin: '800px 0px 0px 0px',
    });
    this.look();
  }

  /** The room has another history, which begins after `earliest`. */
  reset(earliest: Cursor): void {
    this.earliest = earliest;
    this.look();
  }

  /** Looks anew at whether there is more, and whether the reader is near it. */
  look(): void {
    const oldest = this.oldest();
    const beginning = !oldest || seqOf(oldest) <= seqOf(this.earliest) + 1;
    this.row.classList.toggle('beginning', beginning);
    this.words.textContent = beginning ? `Beginning of #${this.room}` : 'Loading earlier messages…';
    this.again.hidden = true;
    // The observer tells of changes only; observed anew, it tells where the row is now.
    this.observer.unobserve(this.row);
    if (!beginning) this.observer.observe(this.row);
  }

  private async load(): Promise<void> {
    const oldest = this.oldest();
    if (this.loading || !oldest) return;
    this.loading = true;
    try {
      const page = await this.read(oldest);
      // Meanwhile the log may have begun anew, or been shortened: then this page is no longer what comes before.
      if (this.oldest() === oldest) this.add(page);
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
    this.earliest = first ? page.earliest : (this.oldest() ?? page.earliest);
    this.show(page);
  }
}
