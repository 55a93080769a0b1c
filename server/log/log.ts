import { Refusal } from '../refusal';
import type { Cursor, Entry, Reset } from '../wire';
import { formatCursor, parseCursor } from './cursor';
import { isErased, isErasing } from './entry';
import { Follower, type Subscription, type Pacer, type LogReader } from './follower';
import { Followers } from './followers';
import { MemoryBudget } from './memory-budget';
import { newestPage, pageAfter, pageBefore, type Page } from './page';
import type { AppendResult, Conflict, Draft, Store } from './store';
import { Tail } from './tail';

/** Where a reader begins; with neither, at the head. */
export interface Start {
  after?: Cursor | 'earliest' | undefined;
  last?: number | undefined;
}

/** The most that one transaction takes: who is in it waits for all of it. */
const BATCH = 1024;
/** How often a waiting reader is handed an empty page, in ms: what proxies and phones need to see. */
const BEAT = 15_000;

/** The most bytes of all rooms' messages that are kept in memory, with every encoding of them. */
const MEMORY = 32 * 1024 * 1024;

/** The most that waits for a commit: at 4,000 characters each, at most 64 MB. */
const QUEUE_MAX = 8_192;

interface Pending {
  draft: Draft;
  resolve: (appended: AppendResult) => void;
  reject: (error: Error) => void;
}

/** The rooms' logs: the one way in and the one way out for messages. */
export class Log {
  /** Those who follow a room, of the rooms that somebody follows. */
  private readonly rooms = new Map<string, Followers>();
  private readonly keepAlive: NodeJS.Timeout;
  private readonly budget = new MemoryBudget(MEMORY);
  private queue: Pending[] = [];
  private flushing: Promise<void> | undefined;
  private closed = false;
  private complainedAt = -Infinity;

  /** @param kept how many of the newest entries of each room are kept in memory while somebody follows it. */
  constructor(
    private readonly store: Store,
    private readonly kept: number,
  ) {
    store.onCommit((room) => this.rooms.get(room)?.ring());
    this.keepAlive = setInterval(() => this.rooms.forEach((followers) => followers.keepAlive()), BEAT);
    this.keepAlive.unref();
  }

  /**
   * Appends an entry; what arrives in one turn of the event loop is committed together.
   * @returns the entry, once it is on the disk.
   * @throws {Refusal} `id_taken` if the id belongs to another entry; `conflict` if the roles that it requires have
   *   changed; `not_found` if there is nothing to erase; `unavailable` if it could not be stored.
   */
  append(draft: Draft): Promise<AppendResult> {
    if (this.closed)
      return Promise.reject(new Refusal('unavailable', 'The server is restarting. Try again.'));
    if (this.queue.length >= QUEUE_MAX) {
      return Promise.reject(
        new Refusal('unavailable', 'The server is too busy to store that now. Try again.'),
      );
    }
    return new Promise((resolve, reject) => {
      this.queue.push({ draft, resolve, reject });
      this.flushing ??= new Promise(setImmediate).then(() => this.flush());
    });
  }

  /** The entry that has an id. */
  async find(room: string, id: string): Promise<Entry | undefined> {
    const entry = await this.store.find(room, id);
    // Whoever sees that a message is deleted may acknowledge that, before the one who deletes it has an answer.
    if (entry && isErased(entry.type)) this.rooms.get(room)?.ring(true);
    return entry;
  }

  /** One page of what comes after a cursor, or a reset if the cursor is not of this history. */
  async after(room: string, cursor: Cursor, limit: number): Promise<Page | Reset> {
    const position = parseCursor(cursor);
    const tail = this.rooms.get(room)?.tail;
    if (tail) return tail.after(position, limit);
    return pageAfter(room, position, await this.store.after(room, position.seq, limit));
  }

  /**
   * The newest messages before a cursor, as they stand now; or a reset if the cursor is not of this history. Reading
   * back counts messages, which is what a person sees; only reading forward gives every entry.
   */
  async before(room: string, cursor: Cursor, limit: number): Promise<Page | Reset> {
    const position = parseCursor(cursor);
    return pageBefore(room, position, await this.store.historyBefore(room, position.seq, limit));
  }

  /**
   * One page: what comes after a cursor or, without one, the newest `last` messages as they stand now.
   * @param limit the most that the page holds; reading on after its cursor gives the rest.
   */
  async page(room: string, { after, last }: Start, limit: number): Promise<Page | Reset> {
    if (after) return this.after(room, await this.start(room, { after }), limit);
    return newestPage(await this.store.historyBefore(room, Infinity, last ?? limit), limit);
  }

  /** The cursor at which a reader begins: the newest `last` messages are all the messages that come after it. */
  async start(room: string, { after, last = 0 }: Start): Promise<Cursor> {
    if (after && after !== 'earliest') return after;
    const { epoch, earliest, head } = await this.store.head(room);
    if (after) return formatCursor(epoch, earliest);
    const first = last > 0 ? await this.store.firstOfNewest(room, last) : undefined;
    return formatCursor(epoch, first === undefined ? head : first - 1);
  }

  /**
   * Hands a reader everything after a cursor, and then what comes, page by page, until it stops or {@link close}.
   * Waiting readers are handed an empty page every 15 s, to keep their connection alive.
   * @param pacer sets the pace of the pages that are read from the store.
   */
  follow(room: string, from: Cursor, reader: LogReader, pacer?: Pacer): Subscription {
    let others = this.rooms.get(room);
    if (!others) {
      const tail = new Tail(this.store, room, this.kept, this.budget);
      this.rooms.set(room, (others = new Followers(tail, () => this.forget(room))));
    }
    const follower = new Follower(others, from, reader, pacer);
    if (this.closed) follower.end();
    else void follower.run();
    return follower;
  }

  /** Takes no more, waits for what was taken to be on the disk, and ends every follower. */
  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.keepAlive);
    await this.flushing;
    this.rooms.forEach((followers) => followers.end());
  }

  /** Forgets a room that nobody follows; not at once, since a reader may join it again in the same turn. */
  private forget(room: string): void {
    setImmediate(() => {
      const others = this.rooms.get(room);
      if (!others?.empty) return;
      this.rooms.delete(room);
      others.tail.close();
    });
  }

  private async flush(): Promise<void> {
    // The next batch is on its way before those who said the last one are answered.
    while (this.queue.length > 0) await this.commit(this.queue.splice(0, BATCH));
    this.flushing = undefined;
  }

  private async commit(batch: readonly Pending[]): Promise<void> {
    try {
      const results = await this.store.append(
        batch.map(({ draft }) => draft),
        new Date(),
      );
      batch.forEach(({ resolve, reject }, i) => {
        const result = results[i]!;
        if (typeof result === 'object') resolve(result);
        else reject(refusalOf(result));
      });
    } catch (error) {
      this.reportFailure(error);
      const refusal = new Refusal('unavailable', 'The message could not be stored just now. Try again.');
      batch.forEach(({ reject }) => reject(refusal));
    } finally {
      // In the same turn, so nobody hears of the outcome before the rooms do.
      this.ringBells(batch);
    }
  }

  /**
   * Rings the bell of every room of a batch, whatever became of it: a commit that failed may have reached the disk all
   * the same, and an entry that was there already may not have been announced.
   */
  private ringBells(batch: readonly Pending[]): void {
    const rooms = new Map<string, boolean>();
    for (const { draft } of batch) rooms.set(draft.room, rooms.get(draft.room) || isErasing(draft));
    rooms.forEach((deleting, room) => this.rooms.get(room)?.ring(deleting));
  }

  /** A line a second: when the disk is full, every commit fails. */
  private reportFailure(error: unknown): void {
    const now = performance.now();
    if (now - this.complainedAt < 1_000) return;
    this.complainedAt = now;
    console.error(`Nothing can be stored just now: ${String(error)}`);
  }
}

/** Returns how the writer of a conflicting draft is refused. */
function refusalOf(conflict: Conflict): Refusal {
  switch (conflict) {
    case 'id_taken':
      return new Refusal('id_taken', 'This id belongs to another message already.');
    case 'target_missing':
      return new Refusal('not_found', 'There is no such message any more.');
    case 'roles_changed':
      return new Refusal('conflict', 'The roles have changed. Try again.');
  }
}
