import type { Cursor, MessagePage } from '../../server/wire.js';
import { find } from '../browser/dom.js';
import { LoadTrigger } from './load-trigger.js';

/** Loads newer messages as the reader nears the bottom, while the page does not show the newest ones. */
export class NewerLoader {
  private readonly row = find(document, '#newer');
  private readonly trigger: LoadTrigger;
  private end: Cursor | undefined;

  /**
   * @param log the element that scrolls.
   * @param read returns the page after a place.
   * @param show is given that page.
   */
  constructor(
    log: HTMLElement,
    private readonly read: (after: Cursor) => Promise<MessagePage>,
    private readonly show: (page: MessagePage) => void,
  ) {
    this.trigger = new LoadTrigger(log, this.row, () => this.load(), 'Newer messages couldn’t be loaded.');
  }

  /** The page now shows the room up to this place, or all of it. */
  reset(end: Cursor | undefined): void {
    this.end = end;
    this.row.hidden = end === undefined;
    if (end === undefined) this.trigger.disable('');
    else this.trigger.enable('Loading newer messages…');
  }

  /** Loads again what could not be loaded, if that is so. */
  retry(): void {
    this.trigger.retry();
  }

  private async load(): Promise<void> {
    const { end } = this;
    if (end === undefined) return;
    const page = await this.read(end);
    // Meanwhile the reader may have gone to the newest messages, or away from this end.
    if (this.end === end) this.show(page);
    else this.reset(this.end);
  }
}
