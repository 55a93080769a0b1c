import type { Cursor, Entry, MessagePage } from '../../server/wire.js';
import { Announcements } from './announcements.js';
import { sameHistory, seqOf } from './feed.js';
import { HistoryLoader } from './history-loader.js';
import { seqOfElement } from './message-order.js';
import { NewerLoader } from './newer-loader.js';
import { applyEntry, showEntry } from './renderers.js';
import type { Bookmark, ScrollPosition } from './scroll-position.js';
import type { Timeline } from './timeline.js';

/** The most messages on the page. Beyond it, those farthest from the reader leave; scrolling brings them back. */
const MOST = 400;
/** How many of them stay then, around the one that is read. */
const STAY = 200;
/** How many messages are loaded at once. */
const PAGE = 50;
/** How many of the newest entries are kept while the page does not show the end of the room. */
const RECENT = 100;

type Read = (query: Record<string, string>) => Promise<MessagePage>;

/**
 * The part of the room's log that is on the page: a bounded run of messages around the reader, without holes. At its
 * end it either grows with the room, or stops where the newest messages have left the page.
 */
export class LogWindow {
  private readonly older: HistoryLoader;
  private readonly newer: NewerLoader;
  /** The place after the newest message here; none while this is the end of the room. */
  private end: Cursor | undefined;
  /** The last entry that came from the room's live end. */
  private last: number;
  /** The entries up to that one, while they are not on the page: they join it to a page that is being loaded. */
  private recent: Entry[] = [];
  /** Counts what makes a page that is being loaded obsolete. */
  private turn = 0;
  private readonly announcements: Announcements;

  /**
   * @param start the cursors that the page was rendered with.
   * @param received is told of each entry, whether or not it is on the page.
   */
  constructor(
    private readonly log: HTMLElement,
    room: string,
    private readonly start: { cursor: Cursor; oldest: Cursor | undefined; earliest: Cursor },
    private readonly timeline: Timeline,
    private readonly reader: ScrollPosition,
    private readonly read: Read,
    private readonly received: (entry: Entry) => void,
  ) {
    this.last = seqOf(start.cursor);
    this.announcements = new Announcements(log);
    const limit = String(PAGE);
    const history = (change: () => void) => this.announcements.silently(() => this.change(change));
    this.older = new HistoryLoader(
      log,
      room,
      start.earliest,
      start.oldest,
      (before) => read({ before, limit }),
      ({ messages }) => history(() => messages.forEach((entry) => this.put(entry))),
    );
    this.newer = new NewerLoader(
      log,
      (after) => read({ after, limit }),
      (page) => history(() => this.append(page)),
    );
    timeline.update();
    new ResizeObserver(() => {
      timeline.update();
      reader.restore();
    }).observe(log);
  }

  /** Changes the timeline; what is read stays where it is. */
  change(change: () => void): void {
    this.reader.preserve((anchor) => {
      change();
      this.trim(anchor);
      this.timeline.update();
    });
  }

  /** Takes in what comes at the room's live end. */
  add(entries: Entry[]): void {
    this.change(() =>
      entries.forEach((entry) => (this.end === undefined ? this.put(entry) : this.keep(entry))),
    );
    this.last = entries.at(-1)?.seq ?? this.last;
  }

  /** Shows one's own message in its place as soon as it is acknowledged. */
  stored(entry: Entry): void {
    this.change(() => {
      const { oldest } = this.timeline;
      if (this.end !== undefined && entry.seq > seqOf(this.end)) return this.note(entry);
      this.put(entry);
      // Sent again, it may turn out to have been stored long ago: what is between here and there is not on the page.
      if (oldest && entry.seq < seqOfElement(oldest)) this.timeline.remove(entry.id);
    });
  }

  /** Shows the newest page of another history in place of everything. */
  reset(page: MessagePage): void {
    this.last = seqOf(page.cursor);
    this.recent = [];
    this.replace(page);
    this.reader.scrollToEnd();
  }

  /** Goes to the newest message, and loads it if it is not on the page. */
  async toEnd(): Promise<void> {
    const turn = ++this.turn;
    if (this.end !== undefined) {
      const page = await this.read({ last: String(PAGE) }).catch(() => undefined);
      if (this.turn !== turn) return;
      // Where nothing can be loaded, the row at the end says so, and offers to try again.
      if (page) this.replace(page);
    }
    this.reader.scrollToEnd();
  }

  /** The server is within reach again: loads what could not be loaded before. */
  retry(): void {
    this.older.retry();
    this.newer.retry();
  }

  /** Whether nothing is older than what is on the page. */
  get atBeginning(): boolean {
    return this.older.atBeginning;
  }

  /** Goes back to where one read before a reload. */
  async restore({ cursor, previous, ...spot }: Bookmark): Promise<void> {
    const turn = ++this.turn;
    const seq = seqOf(cursor);
    if (!sameHistory(cursor, this.start.cursor)) return;
    if (!this.timeline.upTo(seq)) {
      const limit = String(PAGE);
      const pages = [this.read({ before: cursor, limit }), this.read({ after: previous, limit })];
      const [back, forth] = await Promise.all(pages).catch(() => []);
      if (!back || !forth || this.turn !== turn) return;
      this.replace({ ...forth, messages: [...back.messages, ...forth.messages] });
    }
    const element = this.timeline.upTo(seq);
    if (element) this.reader.scrollToSpot(element, spot);
  }

  private put(entry: Entry): void {
    this.received(entry);
    showEntry(this.timeline, entry);
  }

  /** Takes note of an entry whose place is not on the page. */
  private note(entry: Entry): void {
    this.received(entry);
    applyEntry(this.timeline, entry);
  }

  private keep(entry: Entry): void {
    this.note(entry);
    this.recent.push(entry);
    if (this.recent.length > RECENT) this.recent.shift();
  }

  private append({ messages, cursor }: MessagePage): void {
    messages.forEach((entry) => this.put(entry));
    const joins = seqOf(cursor) >= (this.recent[0] ? this.recent[0].seq - 1 : this.last);
    if (joins) {
      for (const entry of this.recent) this.put(entry);
      this.recent = [];
    }
    this.endAt(joins ? undefined : cursor);
  }

  private replace(page: MessagePage): void {
    this.turn++;
    this.announcements.silently(() => {
      this.timeline.clear();
      this.append(page);
      this.older.reset(page.messages[0]?.cursor, page.earliest);
      this.timeline.update();
    });
  }

  private trim(anchor: HTMLElement | undefined): void {
    if (this.timeline.size <= MOST) return;
    const focused = this.log.contains(document.activeElement);
    const { above, below } = this.timeline.trim(STAY, anchor);
    if (above) this.older.reset(this.timeline.oldest?.dataset.cursor);
    if (below) this.endAt(this.timeline.upTo(this.last)?.dataset.cursor);
    // Whoever went through the messages by keyboard goes on from here.
    if (focused && !this.log.contains(document.activeElement)) this.log.focus({ preventScroll: true });
  }

  private endAt(end: Cursor | undefined): void {
    this.end = end;
    this.reader.showsEnd = end === undefined;
    this.newer.reset(end);
  }
}
