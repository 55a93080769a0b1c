import type { Cursor, Entry, MessagePage } from '../../server/wire.js';
import { Announcements } from './announcements.js';
import { areOfDifferentHistories, parseCursor, seqOf } from './cursor.js';
import { HistoryLoader } from './history-loader.js';
import { LiveEnd } from './live-end.js';
import { seqOfElement } from './message-order.js';
import { NewerLoader } from './newer-loader.js';
import { applyEntry, showEntry } from './renderers.js';
import type { Bookmark, ScrollPosition } from './scroll-position.js';
import type { Timeline } from './timeline.js';

/** The most messages on the page. Beyond it, those farthest from the reader are removed; scrolling loads them again. */
const MAX_MESSAGES = 400;
/** How many remain after that, around the first visible one. */
const TRIMMED_MESSAGES = 200;
/** How many messages are loaded at once. */
const PAGE_SIZE = '50';

type Read = (query: Record<string, string>) => Promise<MessagePage>;

/**
 * The part of the log that is on the page: a bounded run of messages around the reader, without holes. Its end is
 * either the end of the room, and grows with it, or lies before it.
 */
export class LogWindow {
  private readonly older: HistoryLoader;
  private readonly newer: NewerLoader;
  private readonly announcements: Announcements;
  private readonly liveEnd: LiveEnd;
  /** The cursor after the newest message on the page; `undefined` at the end of the room. */
  private end: Cursor | undefined;
  /** Counts the jumps within the log: a page that was requested before the last one is obsolete. */
  private jumps = 0;

  /**
   * @param start the cursors that the page was rendered with.
   * @param read returns a page of the log.
   * @param onEntry is given each entry, whether or not it is shown.
   */
  constructor(
    private readonly log: HTMLElement,
    room: string,
    private readonly start: { cursor: Cursor; oldest: Cursor | undefined; earliest: Cursor },
    private readonly timeline: Timeline,
    private readonly scrollPosition: ScrollPosition,
    private readonly read: Read,
    private readonly onEntry: (entry: Entry) => void,
  ) {
    this.liveEnd = new LiveEnd(start.cursor);
    this.announcements = new Announcements(log);
    const loadSilently = (change: () => void) => this.announcements.silently(() => this.change(change));
    this.older = new HistoryLoader(
      log,
      room,
      start.earliest,
      start.oldest,
      (before) => read({ before, limit: PAGE_SIZE }),
      ({ messages }) => loadSilently(() => messages.forEach((entry) => this.show(entry))),
    );
    this.newer = new NewerLoader(
      log,
      (after) => read({ after, limit: PAGE_SIZE }),
      (page) => loadSilently(() => this.append(page)),
    );
    timeline.update();
    new ResizeObserver(() => {
      timeline.update();
      scrollPosition.restore();
    }).observe(log);
  }

  /** Whether the page shows the beginning of the room. */
  get atBeginning(): boolean {
    return this.older.atBeginning;
  }

  /** Changes the timeline without moving the visible messages. */
  change(change: () => void): void {
    this.scrollPosition.preserve((anchor) => {
      change();
      this.trim(anchor);
      this.timeline.update();
    });
  }

  /** Adds new entries at the end of the room. */
  add(entries: Entry[]): void {
    this.change(() => {
      for (const entry of entries) {
        if (this.end === undefined) {
          this.show(entry);
        } else {
          this.apply(entry);
          this.liveEnd.buffer(entry);
        }
      }
    });
    this.liveEnd.advance(entries);
  }

  /** Shows an acknowledged message in its place, which may be off the page. */
  showStored(entry: Entry): void {
    this.change(() => {
      const { oldest } = this.timeline;
      if (this.end !== undefined && entry.seq > seqOf(this.end)) return this.apply(entry);
      this.show(entry);
      // An earlier attempt may have been stored long ago, before the oldest message on the page.
      if (oldest && entry.seq < seqOfElement(oldest)) this.timeline.remove(entry.id);
    });
  }

  /** Replaces everything with the newest page of another history. */
  reset(page: MessagePage): void {
    this.liveEnd.reset(page.cursor);
    this.replace(page);
    this.scrollPosition.scrollToEnd();
  }

  /** Scrolls to the newest message, and loads it if it is not on the page. */
  async jumpToEnd(): Promise<void> {
    const jump = ++this.jumps;
    if (this.end !== undefined) {
      const page = await this.read({ last: PAGE_SIZE }).catch(() => undefined);
      if (this.jumps !== jump) return;
      // After a failure, the row at the end of the page offers to load newer messages.
      if (page) this.replace(page);
    }
    this.scrollPosition.scrollToEnd();
  }

  /** Retries loads that have failed. */
  retry(): void {
    this.older.retry();
    this.newer.retry();
  }

  /** Scrolls to a bookmark, and loads the messages around it if they are not on the page. */
  async restore({ cursor, previous, ...spot }: Bookmark): Promise<void> {
    const jump = ++this.jumps;
    const seq = seqOf(cursor);
    if (areOfDifferentHistories(parseCursor(cursor), parseCursor(this.start.cursor))) return;
    if (!this.timeline.upTo(seq)) {
      const limit = PAGE_SIZE;
      const requests = [this.read({ before: cursor, limit }), this.read({ after: previous, limit })];
      const [before, after] = await Promise.all(requests).catch(() => []);
      if (!before || !after || this.jumps !== jump) return;
      this.replace({ ...after, messages: [...before.messages, ...after.messages] });
    }
    const element = this.timeline.upTo(seq);
    if (element) this.scrollPosition.scrollToSpot(element, spot);
  }

  private show(entry: Entry): void {
    this.onEntry(entry);
    showEntry(this.timeline, entry);
  }

  /** Applies an entry whose place is not on the page. */
  private apply(entry: Entry): void {
    this.onEntry(entry);
    applyEntry(this.timeline, entry);
  }

  private append({ messages, cursor }: MessagePage): void {
    messages.forEach((entry) => this.show(entry));
    const rest = this.liveEnd.take(cursor);
    rest?.forEach((entry) => this.show(entry));
    this.setEnd(rest ? undefined : cursor);
  }

  private replace(page: MessagePage): void {
    this.jumps++;
    this.announcements.silently(() => {
      this.timeline.clear();
      this.append(page);
      this.older.reset(page.messages[0]?.cursor, page.earliest);
      this.timeline.update();
    });
  }

  private trim(anchor: HTMLElement | undefined): void {
    if (this.timeline.size <= MAX_MESSAGES) return;
    const hadFocus = this.log.contains(document.activeElement);
    const { above, below } = this.timeline.trim(TRIMMED_MESSAGES, anchor);
    if (above) this.older.reset(this.timeline.oldest?.dataset.cursor);
    if (below) this.setEnd(this.timeline.upTo(this.liveEnd.seq)?.dataset.cursor);
    // If the focused message was removed, the keyboard goes on from the log.
    if (hadFocus && !this.log.contains(document.activeElement)) this.log.focus({ preventScroll: true });
  }

  private setEnd(end: Cursor | undefined): void {
    this.end = end;
    this.scrollPosition.showsEnd = end === undefined;
    this.newer.reset(end);
  }
}
