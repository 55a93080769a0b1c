import type { Place } from './cursor';
import { pageAfter, type Page } from './page';
import type { Span, Store } from './store';
import type { Entry, Reset } from './wire';

/** How many of a room's newest entries are kept in memory while somebody follows it. */
const KEPT = 500;

/**
 * A room's newest entries, read from the store once for all who follow the room, and the bell they wait for.
 * It is a cache in front of the store and nothing else: nothing comes into it but what was read there.
 */
export class Tail {
  /** How many follow the room now; see `Log`. */
  readers = 0;
  /** How often the bell has rung. */
  rings = 0;
  private readonly waiting = new Set<() => void>();
  private readonly pages = new Map<string, Page | Reset>();
  private span: Span = { epoch: '', earliest: 0, head: 0, at: 0, entries: [] };
  /** The ring that `span` is as new as. */
  private fresh = -1;
  private refreshing: Promise<void> | undefined;

  constructor(
    private readonly store: Store,
    private readonly room: string,
  ) {}

  /** The room grew: what is known of it is stale, and all who wait have something to read. */
  ring(): void {
    this.rings += 1;
    this.wake();
  }

  /** Wakes all who wait. */
  wake(): void {
    const woken = [...this.waiting];
    this.waiting.clear();
    for (const wake of woken) wake();
  }

  /** Waits for the next {@link wake}, which calls back once. */
  wait(wake: () => void): void {
    this.waiting.add(wake);
  }

  /** Waits no more. */
  leave(wake: () => void): void {
    this.waiting.delete(wake);
  }

  /**
   * What comes after a place: from memory near the head, from the store further back.
   * @param most the most characters of messages, beyond the first; see {@link pageAfter}.
   */
  async after(place: Place, limit: number, most = Infinity): Promise<Page | Reset> {
    await this.refresh(this.rings);
    // A place past the head may be one that this process has not been told of yet.
    if (place.seq > this.span.head) await this.refresh((this.rings += 1));
    if (place.seq < this.first - 1) {
      return pageAfter(this.room, place, await this.store.after(this.room, place.seq, limit), most);
    }
    const key = `${place.epoch}:${place.seq}:${limit}:${most}`;
    let page = this.pages.get(key);
    if (!page) this.pages.set(key, (page = pageAfter(this.room, place, this.cut(place.seq, limit), most)));
    return page;
  }

  private get first(): number {
    return this.span.head - this.span.entries.length + 1;
  }

  private cut(seq: number, limit: number): Span {
    const from = seq - this.first + 1;
    return { ...this.span, entries: this.span.entries.slice(from, from + limit) };
  }

  /** Reads on in the store until what is known is as new as ring `wanted`; all who ask at once share the reading. */
  private async refresh(wanted: number): Promise<void> {
    while (this.fresh < wanted) {
      this.refreshing ??= this.read().finally(() => (this.refreshing = undefined));
      await this.refreshing;
    }
  }

  private async read(): Promise<void> {
    const rings = this.rings;
    const known = this.span;
    let span = await this.store.after(this.room, known.head, KEPT);
    let entries: Entry[] = [...known.entries, ...span.entries].slice(-KEPT);
    const joins = span.epoch === known.epoch && known.head + span.entries.length === span.head;
    if (!joins) {
      span = await this.store.before(this.room, Infinity, KEPT);
      entries = span.entries;
    }
    this.span = { ...span, entries };
    this.pages.clear();
    this.fresh = rings;
  }
}
