import type { Cursor, Entry, MessagePage, Person } from '../../server/wire.js';
import { find } from '../browser/dom.js';
import { api } from '../connection/api.js';
import { Coalescer } from '../connection/coalescer.js';
import { Feed } from './feed.js';
import { Folding } from './folding.js';
import { LatestButton } from './latest-button.js';
import { LogWindow } from './log-window.js';
import { persistReadingPosition } from './reading-position.js';
import { isMessage } from './renderers.js';
import { ScrollPosition } from './scroll-position.js';
import { Timeline } from './timeline.js';
import { Unread } from './unread.js';

/** How many entries are read at once to catch up. */
const CATCH_UP_LIMIT = '200';
/** How many messages replace the page when the server has another history. */
const NEWEST_MESSAGES = '50';

/** The room as the page was rendered. */
interface RenderedLog {
  room: string;
  /** The cursor after the newest entry on the page. */
  cursor: Cursor;
  /** The cursor of the oldest entry on the page; `undefined` in an empty room. */
  oldest: Cursor | undefined;
  /** The cursor before the room's first entry. */
  earliest: Cursor;
  me: Person;
}

interface LogHandlers {
  /** Is given each entry that is read, whether or not it is shown. */
  onEntry: (entry: Entry) => void;
  /** Is given the cursor up to which the log has been read. */
  onRead: (cursor: Cursor) => void;
  /** The reader has gone to the newest message, by the button. */
  onJump: (byKeyboard: boolean) => void;
}

/** The log of the room on the page: entries go through the feed, in groups, into the window. */
export class RoomLog {
  readonly feed: Feed;
  readonly timeline: Timeline;
  readonly window: LogWindow;
  private readonly me: Person;
  private readonly scrollPosition: ScrollPosition;
  private readonly unread = new Unread();
  private readonly arriving = new Coalescer<Entry>((entries) => this.show(entries));

  constructor({ room, me, ...cursors }: RenderedLog, { onEntry, onRead, onJump }: LogHandlers) {
    const log = find(document, '#log');
    const list = find(document, '#messages');
    const read = (query: Record<string, string>) =>
      api<MessagePage>(`/messages?${new URLSearchParams({ room, ...query })}`);
    const button = new LatestButton(find(document, '#latest'), (byKeyboard) => {
      void this.window.jumpToEnd();
      onJump(byKeyboard);
    });
    this.me = me;
    this.scrollPosition = new ScrollPosition(log, button);
    this.timeline = new Timeline(list, me, new Folding(list, room, this.scrollPosition));
    this.window = new LogWindow(log, room, cursors, this.timeline, this.scrollPosition, read, onEntry);
    this.feed = new Feed(
      cursors.cursor,
      (after) => read(after === undefined ? { last: NEWEST_MESSAGES } : { after, limit: CATCH_UP_LIMIT }),
      (entries) => {
        this.arriving.add(entries);
        onRead(this.feed.cursor);
      },
      (newest) => {
        onRead(this.feed.cursor);
        this.arriving.clear();
        this.window.reset(newest);
      },
    );
    persistReadingPosition(room, this.window, this.scrollPosition);
  }

  private show(entries: Entry[]): void {
    const fromOthers = entries.filter(
      (entry) => isMessage(entry) && entry.visitor !== this.me.visitor,
    ).length;
    this.window.add(entries);
    this.scrollPosition.countMissed(fromOthers);
    this.unread.add(fromOthers);
  }
}
