import type { Cursor, Reset } from '../wire';
import { formatCursor, type Position } from './cursor';
import type { MemoryBudget } from './memory-budget';
import { pageAfter, type Page } from './page';
import { bytesOf, PageCache } from './page-cache';
import { cut, isOfAnother, readForward, readNewest } from './slice';
import type { HeadMark, LogSlice, Store } from './store';

/** How many entries are read at first. More are read only when a reader has missed more. */
const INITIAL_SIZE = 64;
/** The most entries of a follower's page. */
const PAGE_MAX = 256;
/** The most bytes of their bodies, beyond the first: a stalled reader holds one page in memory. */
const PAGE_BYTES_MAX = 64 * 1024;
/** The most bytes that the cached entries of one room may take up. */
const ROOM_BYTES_MAX = 2 * 1024 * 1024;
/** How long readers that take page after page may rely on one question, in ms. */
const QUESTION_LIFETIME = 500;

/**
 * The newest entries of a room, read from the store once for all its followers. It is a cache in front of the store and
 * nothing else: every entry in it was read there. All rooms share one budget of memory.
 *
 * Its clock advances with each ring of the room's bell. A read is current up to the time at which it began, `freshUpTo`:
 * - from `rungAt` on, the cache is complete, also about what is not there: the head has no next entry;
 * - before `rungAt`, it lacks the newest entries, and serves only positions before its head;
 * - before `deletedAt`, it may have text that has been deleted since, and serves nothing.
 *
 * If the store is shared, the bell does not tell of every commit. Then each {@link ask} advances the clock as well, and
 * is answered only by a read that began after it.
 */
export class Tail {
  /** Counts what may concern waiting followers: rings, and reads that found something new. */
  news = 0;
  private clock = 0;
  /** The last ring, and the last one that may have announced a deletion. */
  private rungAt = 0;
  private deletedAt = 0;
  /** Pages of the cached entries, by the seq that they follow. */
  private readonly pages: PageCache<number>;
  /** Pages from further back, by the cursor that they follow. They change only when something in them is deleted. */
  private readonly distantPages: PageCache<Cursor>;
  /** How many of the newest entries are wanted, and how many were read; the cache may have grown since. */
  private wantedSize: number;
  private readSize = 0;
  private slice: LogSlice = {
    epoch: '',
    earliest: 0,
    head: 0,
    at: 0,
    hash: '',
    entries: [],
    hashes: new Map(),
  };
  /** The time up to which `slice` is current. */
  private freshUpTo = -1;
  private refreshing: Promise<void> | undefined;
  private isClosed = false;
  /** The question that readers share who go on reading, and when it was asked, in ms. */
  private shared = { time: 0, at: -Infinity };

  /** @param capacity how many entries are cached, if the budget allows it. */
  constructor(
    private readonly store: Store,
    private readonly room: string,
    private readonly capacity: number,
    private readonly budget: MemoryBudget,
  ) {
    this.wantedSize = Math.min(INITIAL_SIZE, capacity);
    this.pages = new PageCache(budget);
    this.distantPages = new PageCache(budget);
  }

  /**
   * Notes that the room may have grown.
   * @param deleting whether something may have been erased: then nothing is served until it has been read again.
   */
  ring(deleting: boolean): void {
    this.news += 1;
    this.rungAt = this.clock += 1;
    if (!deleting) return;
    this.deletedAt = this.rungAt;
    this.pages.clear();
    this.distantPages.clear();
  }

  /** Returns the present time for someone who asks now: what is read from then on has every deletion made before. */
  ask(): number {
    return this.store.heads ? (this.clock += 1) : 0;
  }

  /**
   * Returns the time for someone who goes on reading: of a question that all of them share for half a second. So a
   * deletion that no bell announced reaches them too, and costs one read, however many they are.
   */
  askAgain(): number {
    if (!this.store.heads) return 0;
    const now = performance.now();
    if (now - this.shared.at >= QUESTION_LIFETIME) this.shared = { time: this.ask(), at: now };
    return this.shared.time;
  }

  /**
   * Whether the room's log is not as it was read last.
   * @param since when the mark was asked for: a later read may know better.
   */
  differsFrom({ epoch, head, hash }: HeadMark, since: number): boolean {
    const { slice } = this;
    return this.freshUpTo < since && (epoch !== slice.epoch || head !== slice.head || hash !== slice.hash);
  }

  /** Drops the cached pages. They serve readers at the same moment, so a quiet room does not need them. */
  dropPages(): void {
    this.pages.clear();
    this.distantPages.clear();
  }

  /** Drops everything: the room has no followers. */
  close(): void {
    this.isClosed = true;
    this.drop();
    this.budget.release(this);
    this.pages.close();
    this.distantPages.close();
  }

  /**
   * Reads the store until the cache is as current as the room is now. Concurrent callers share the reads.
   * @param size how many of the newest entries it reads at least, if the room has them.
   * @param since the time of an {@link ask} that it must be as current as.
   */
  async refresh(size = 0, since = 0): Promise<void> {
    const wanted = Math.max(this.rungAt, since);
    while (this.freshUpTo < wanted || this.readSize < size) {
      // In each round, since the budget may have dropped the entries in the meantime.
      this.wantedSize = Math.max(this.wantedSize, size);
      this.refreshing ??= this.load().finally(() => (this.refreshing = undefined));
      await this.refreshing;
    }
  }

  /**
   * Returns the page after a position, if it is cached; followers at one position share it.
   * @param since the time of the {@link ask} for it, unless the reader has waited for the bell.
   */
  page(position: Position, since = 0): Page | Reset | undefined {
    if (!this.knows(position, since)) return undefined;
    this.budget.touch(this);
    let page = this.pages.get(position.seq);
    if (!page) {
      page = pageAfter(this.room, position, this.cut(position, PAGE_MAX), PAGE_BYTES_MAX);
      this.pages.set(position.seq, page);
    }
    return page;
  }

  /** Returns the page after a position, after a {@link refresh}. */
  async read(position: Position, since = 0): Promise<Page | Reset> {
    await this.reach(position, since);
    return this.page(position, since) ?? this.distantPage(position);
  }

  /** Returns the entries after a position: from memory near the head, from the store further back. */
  async after(position: Position, limit: number): Promise<Page | Reset> {
    const since = this.ask();
    await this.reach(position, since);
    this.budget.touch(this);
    const slice = this.knows(position, since)
      ? this.cut(position, limit)
      : await this.readStore(position, limit);
    return pageAfter(this.room, position, slice);
  }

  /** Refreshes the cache, and extends it back to a position that is near enough to be cached. */
  private async reach({ epoch, seq }: Position, since: number): Promise<void> {
    await this.refresh(0, since);
    const near = epoch === this.slice.epoch && seq < this.begin && seq >= this.slice.head - this.capacity;
    if (near) await this.refresh(this.capacity, since);
  }

  /** Reads a page that is not cached: from far back, of another history, or too new. */
  private async distantPage(position: Position): Promise<Page | Reset> {
    const make = async () =>
      pageAfter(this.room, position, await this.readStore(position, PAGE_MAX), PAGE_BYTES_MAX);
    const { epoch, seq, hash } = position;
    // A page that ends at the head now is wrong once the room has grown.
    const isDistant = epoch === this.slice.epoch && seq < this.slice.head;
    return isDistant ? this.distantPages.read(formatCursor(epoch, seq, hash), make) : make();
  }

  private readStore({ seq }: Position, limit: number): Promise<LogSlice> {
    return this.store.after(this.room, seq, limit);
  }

  /** Whether the cache has the entries after a position. Only a current one can tell that there are none. */
  private knows(position: Position, since: number): boolean {
    const { seq } = position;
    const { head } = this.slice;
    if (this.freshUpTo < since) return false;
    if (this.freshUpTo < this.deletedAt || seq < this.begin) return false;
    // The answer to a position of another history is read from the store.
    if (isOfAnother(this.room, this.slice, position)) return false;
    return seq < head || (seq === head && this.freshUpTo >= this.rungAt);
  }

  /** The seq before the oldest cached entry. */
  private get begin(): number {
    return this.slice.head - this.slice.entries.length;
  }

  private cut({ seq }: Position, limit: number): LogSlice {
    const from = seq - this.begin;
    return cut(this.room, this.slice, from, from + limit);
  }

  private async load(): Promise<void> {
    const { clock, wantedSize: size } = this;
    const extended =
      this.readSize < size ? undefined : await readForward(this.store, this.room, this.slice, this.capacity);
    const slice = extended?.slice ?? (await readNewest(this.store, this.room, size));
    // Something further back may have been deleted.
    if (!extended || extended.hasErased) this.distantPages.clear();
    this.freshUpTo = clock;
    if (extended && slice.head === this.slice.head && slice.earliest === this.slice.earliest) return;
    this.news += 1;
    this.cache(slice);
    this.readSize = size;
    this.pages.clear();
  }

  /** Caches as many of the newest entries as fit into the bound of a room. */
  private cache(slice: LogSlice): void {
    let bytes = bytesOf(slice.entries);
    let first = 0;
    for (; bytes > ROOM_BYTES_MAX; first += 1) bytes -= bytesOf([slice.entries[first]!]);
    this.slice = cut(this.room, slice, first);
    if (!this.isClosed) this.budget.reserve(this, bytes, this.drop);
  }

  /** Drops the entries; the newest are read again when they are needed. */
  private readonly drop = (): void => {
    this.slice = { ...this.slice, entries: [], hashes: new Map() };
    this.readSize = 0;
    this.wantedSize = 0;
    this.pages.clear();
  };
}
