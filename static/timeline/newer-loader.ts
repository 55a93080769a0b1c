import type { Cursor, MessagePage } from '../../server/wire.js';
import { find } from '../browser/dom.js';
import { LoadTrigger } from './load-trigger.js';
import { words } from 'shared/words';

/** Loads newer messages when the reader scrolls near the bottom, while the page ends before the end of the room. */
export class NewerLoader {
  private readonly row = find(document, '#newer');
  private readonly trigger: LoadTrigger;
  private end: Cursor | undefined;

  /**
   * @param log the element that scrolls.
   * @param read returns the page after a cursor.
   * @param show shows a page of newer messages.
   */
  constructor(
    log: HTMLElement,
    private readonly read: (after: Cursor) => Promise<MessagePage>,
    private readonly show: (page: MessagePage) => void,
  ) {
    this.trigger = new LoadTrigger(log, this.row, () => this.load(), words.newerFailed);
  }

  /** The page now ends at this cursor; at the end of the room if it is `undefined`. */
  reset(end: Cursor | undefined): void {
    this.end = end;
    this.row.hidden = end === undefined;
    if (end === undefined) this.trigger.disable('');
    else this.trigger.enable(words.loadingNewer);
  }

  /** Loads again if the last attempt failed. */
  retry(): void {
    this.trigger.retry();
  }

  private async load(): Promise<void> {
    const { end } = this;
    if (end === undefined) return;
    const page = await this.read(end);
    // If the page ends elsewhere by now, these messages would leave a hole.
    if (this.end === end) this.show(page);
    else this.reset(this.end);
  }
}
