import type { Cursor, MessagePage } from '../../server/wire.js';
import { find } from '../browser/dom.js';
import { seqOf } from './cursor.js';
import { LoadTrigger } from './load-trigger.js';
import { words } from 'shared/words';

/** Loads older messages when the reader scrolls near the top, up to the beginning of the room. */
export class HistoryLoader {
  private readonly row = find(document, '#older');
  private readonly trigger: LoadTrigger;

  /**
   * @param log the element that scrolls.
   * @param earliest the cursor before the room's first entry.
   * @param oldest the cursor of the oldest entry that was read; `undefined` if there is none.
   * @param read returns the page before a cursor.
   * @param show shows a page of older messages.
   */
  constructor(
    log: HTMLElement,
    private readonly room: string,
    private earliest: Cursor,
    private oldest: Cursor | undefined,
    private readonly read: (before: Cursor) => Promise<MessagePage>,
    private readonly show: (page: MessagePage) => void,
  ) {
    this.trigger = new LoadTrigger(log, this.row, () => this.load(), words.olderFailed);
    this.update();
  }

  /** Whether the page shows the beginning of the room. */
  get atBeginning(): boolean {
    return !this.oldest || seqOf(this.oldest) <= seqOf(this.earliest) + 1;
  }

  /** The page now begins at another entry, perhaps of another history. */
  reset(oldest: Cursor | undefined, earliest = this.earliest): void {
    this.oldest = oldest;
    this.earliest = earliest;
    this.update();
  }

  /** Loads again if the last attempt failed. */
  retry(): void {
    this.trigger.retry();
  }

  private update(): void {
    const { atBeginning } = this;
    this.row.classList.toggle('beginning', atBeginning);
    if (atBeginning) this.trigger.disable(words.beginning(this.room));
    else this.trigger.enable(words.loadingOlder);
  }

  private async load(): Promise<void> {
    const { oldest } = this;
    if (!oldest) return;
    const page = await this.read(oldest);
    // If the page begins elsewhere by now, these messages would leave a hole.
    if (this.oldest === oldest) this.add(page);
    this.update();
  }

  private add(page: MessagePage): void {
    const [first] = page.messages;
    this.earliest = first ? page.earliest : (this.oldest ?? page.earliest);
    // The cursor of the entry, not of a message: not every entry is shown.
    this.oldest = first?.cursor ?? this.oldest;
    this.show(page);
  }
}
