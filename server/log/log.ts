import type { Cursor, Entry, Reset } from '../wire';
import { AppendQueue } from './append-queue';
import { formatCursor, parseCursor } from './cursor';
import { isErased } from './entry';
import { Follower, type Subscription, type Pacer, type LogReader } from './follower';
import { Followers } from './followers';
import { MemoryBudget } from './memory-budget';
import { newestPage, pageAfter, pageBefore, type Page } from './page';
import { shareReads } from './shared-reads';
import { cursorAt } from './slice';
import type { AppendResult, Draft, Overview, Store } from './store';
import { Sweep } from './sweep';
import { Tail } from './tail';

/** Where reading begins: after a cursor, or with the newest `last` messages; by default at the head. */
export interface Start {
  after?: Cursor | 'earliest' | undefined;
  last?: number | undefined;
}

/** How often a waiting reader gets an empty page, in ms: proxies and phones drop connections that are quiet for longer. */
const HEARTBEAT_INTERVAL = 15_000;
/** The most memory that the messages of all rooms take up in caches, with all their encodings, in bytes. */
const CACHE_BYTES = 32 * 1024 * 1024;

/** The logs of all rooms: every entry is written and read through it. */
export class Log {
  /** The followers of each room that has any. */
  private readonly rooms = new Map<string, Followers>();
  private readonly store: Store;
  private readonly appends: AppendQueue;
  private readonly heartbeat: NodeJS.Timeout;
  private readonly budget = new MemoryBudget(CACHE_BYTES);
  private readonly sweep: Sweep | undefined;
  private isClosed = false;

  /** @param capacity how many of the newest entries of each room are cached while it has followers. */
  constructor(
    store: Store,
    private readonly capacity: number,
  ) {
    this.store = shareReads(store);
    this.sweep = store.heads && new Sweep((rooms) => store.heads!(rooms), this.rooms);
    this.appends = new AppendQueue(store, (room, deleting) => this.rooms.get(room)?.ring(deleting));
    store.onCommit((room) => this.rooms.get(room)?.ring());
    this.heartbeat = setInterval(
      () => this.rooms.forEach((followers) => followers.keepAlive()),
      HEARTBEAT_INTERVAL,
    );
    this.heartbeat.unref();
  }

  /**
   * Appends an entry. Drafts that arrive in one turn of the event loop are committed together.
   * @returns the entry, once it is on the disk.
   * @throws {Refusal} `id_taken` if the id belongs to another entry; `conflict` if the roles that it requires have
   *   changed; `not_found` if the entry that it erases is missing; `unavailable` if it could not be stored.
   */
  append(draft: Draft): Promise<AppendResult> {
    return this.appends.append(draft);
  }

  /** Returns the entry that has an id. */
  async find(room: string, id: string): Promise<Entry | undefined> {
    const entry = await this.store.find(room, id);
    // A reader that sees a message deleted may acknowledge that before the deletion itself is acknowledged.
    if (entry && isErased(entry.type)) this.rooms.get(room)?.ring(true);
    return entry;
  }

  /** Returns an overview of each of these rooms; see {@link Store.overview}. */
  overview(read: ReadonlyMap<string, number>, reader: string): Promise<Map<string, Overview>> {
    return this.store.overview(read, reader);
  }

  /** Returns a page of the entries after a cursor, or a reset if the cursor is not of this history. */
  async after(room: string, cursor: Cursor, limit: number): Promise<Page | Reset> {
    const position = parseCursor(cursor);
    const tail = this.rooms.get(room)?.tail;
    if (tail) return tail.after(position, limit);
    return pageAfter(room, position, await this.store.after(room, position.seq, limit));
  }

  /**
   * Returns a page of the newest messages before a cursor, as they stand now, or a reset if the cursor is not of this
   * history. Reading back counts messages, as people do; only reading forward returns every entry.
   */
  async before(room: string, cursor: Cursor, limit: number): Promise<Page | Reset> {
    const position = parseCursor(cursor);
    return pageBefore(room, position, await this.store.historyBefore(room, position.seq, limit));
  }

  /**
   * Returns a page of the entries after a cursor or, without one, of the newest `last` messages as they stand now.
   * @param limit the most entries of the page; reading after its cursor returns the rest.
   */
  async page(room: string, { after, last }: Start, limit: number): Promise<Page | Reset> {
    if (after) return this.after(room, await this.start(room, { after }), limit);
    return newestPage(room, await this.store.historyBefore(room, Infinity, last ?? limit), limit);
  }

  /** Returns the cursor at which reading begins. After it come at least the newest `last` messages. */
  async start(room: string, { after, last = 0 }: Start): Promise<Cursor> {
    if (after && after !== 'earliest') return after;
    const start = last > 0 && !after ? await this.store.startOfNewest(room, last) : undefined;
    if (start) return formatCursor(start.epoch, start.seq, start.hash);
    const state = await this.store.head(room);
    return cursorAt(room, state, after ? state.earliest : state.head);
  }

  /**
   * Writes everything after a cursor to a reader, then each new entry, page by page, until the subscription stops or
   * {@link close}. A waiting reader gets an empty page every 15 s, which keeps its connection alive.
   * @param pacer sets the pace of the pages that are read from the store.
   */
  follow(room: string, from: Cursor, reader: LogReader, pacer?: Pacer): Subscription {
    let followers = this.rooms.get(room);
    if (!followers) {
      const tail = new Tail(this.store, room, this.capacity, this.budget);
      this.rooms.set(room, (followers = new Followers(tail, () => this.forget(room))));
    }
    const follower = new Follower(followers, from, reader, pacer);
    if (this.isClosed) follower.end();
    else void follower.run();
    return follower;
  }

  /** Accepts no more drafts, waits until the accepted ones are on the disk, and ends every follower. */
  async close(): Promise<void> {
    this.isClosed = true;
    clearInterval(this.heartbeat);
    this.sweep?.stop();
    await this.appends.close();
    this.rooms.forEach((followers) => followers.end());
  }

  /** Drops a room without followers; not at once, since a reader may rejoin it in the same turn. */
  private forget(room: string): void {
    setImmediate(() => {
      const followers = this.rooms.get(room);
      if (!followers?.isEmpty) return;
      this.rooms.delete(room);
      followers.tail.close();
    });
  }
}
