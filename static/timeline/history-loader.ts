import type { Cursor, MessagePage } from '../../server/wire.js';
import { find } from '../browser/dom.js';
import { seqOf } from './feed.js';
import { LoadTrigger } from './load-trigger.js';

/** Loads older messages as the reader nears the top, until the beginning of the room. */
export class HistoryLoader {
  private readonly row = find(document, '#older');
  private readonly trigger: LoadTrigger;

  /**
   * @param log what scrolls.
   * @param oldest the place of the oldest entry that was read, if there is any.
   * @param read the page before a place.
   * @param show is given that page.
   */
  constructor(
    log: HTMLElement,
    private readonly room: string,
    private earliest: Cursor,
    private oldest: Cursor | undefined,
    private readonly read: (before: Cursor) => Promise<MessagePage>,
    private readonly show: (page: MessagePage) => void,
  ) {
    this.trigger = new LoadTrigger(log, this.row, () => this.load(), 'Earlier messages couldn’t be loaded.');
    this.update();
  }

  /** Whether nothing is older than what is on the page. */
  get atBeginning(): boolean {
    return !this.oldest || seqOf(this.oldest) <= seqOf(this.earliest) + 1;
  }

  /** The log on the page begins at another place now, or in another history. */
  reset(oldest: Cursor | undefined, earliest = this.earliest): void {
    this.oldest = oldest;
    this.earliest = earliest;
    this.update();
  }

  /** Looks anew at whether there is more, and whether the reader is near it. */
  private update(): void {
    const beginning = this.atBeginning;
    this.row.classList.toggle('beginning', beginning);
    if (beginning) this.trigger.disable(`Beginning of #${this.room}`);
    else this.trigger.enable('Loading earlier messages…');
  }

  /** Loads again what could not be loaded, if that is so. */
  retry(): void {
    this.trigger.retry();
  }

  private async load(): Promise<void> {
    const { oldest } = this;
    if (!oldest) return;
    const page = await this.read(oldest);
    // Meanwhile the log may have begun anew, or been shortened: then this page is no longer what comes before.
    if (this.oldest === oldest) this.add(page);
    this.update();
  }

  private add(page: MessagePage): void {
    const [first] = page.messages;
    this.earliest = first ? page.earliest : (this.oldest ?? page.earliest);
    // Not all that was read is shown: what deletes a message has a place, and no line.
    this.oldest = first?.cursor ?? this.oldest;
    this.show(page);
  }
}
