import { formatCursor, type Place } from './cursor';
import type { Follower } from './follower';
import { pageAfter, type Page } from './page';
import type { Span, Store } from './store';
import type { Reset } from './wire';

/** How many of a room's newest entries are kept in memory while somebody follows it. */
const KEPT = 500;
/** How many pages from further back are kept until the next beat, for readers that come back all at once. */
const FAR = 64;
/** The most entries that a follower is handed at once. */
const PAGE = 256;
/** The most characters of messages among them, beyond the first: what a reader that stalls can hold in memory. */
const PAGE_CHARACTERS = 64 * 1024;

/**
 * A room's newest entries, read from the store once for all who follow the room, and the bell they wait for.
 * It is a cache in front of the store and nothing else: nothing comes into it but what was read there.
 */
export class Tail {
  /** How often the bell has rung. */
  rings = 0;
  private readonly followers = new Set<Follower>();
  /** Those of them who have caught up. */
  private waiting = new Set<Follower>();
  /** Pages of what is known, shared by the readers that stand at one place. */
  private readonly pages = new Map<number, Page | Reset>();
  /** Pages from further back. What they hold does not change when the room grows. */
  private readonly far = new Map<string, Promise<Page | Reset>>();
  private span: Span = { epoch: '', earliest: 0, head: 0, at: 0, entries: [] };
  /** The ring that `span` is as new as. */
  private fresh = -1;
  private refreshing: Promise<void> | undefined;

  /** @param deserted is called when the last follower has left. */
  constructor(
    private readonly store: Store,
    private readonly room: string,
    private readonly deserted: () => void,
  ) {}

  /** The room grew: what is known of it is stale, and all who wait read on. */
  ring(): void {
    this.rings += 1;
    // Read first: then all who wait are served from memory, in one pass.
    if (this.waiting.size > 0) this.refresh(this.rings).then(this.wake, this.wake);
  }

  enter(follower: Follower): void {
    this.followers.add(follower);
  }

  /** Waits for the bell. */
  wait(follower: Follower): void {
    this.waiting.add(follower);
  }

  /** Follows no more. */
  leave(follower: Follower): void {
    this.waiting.delete(follower);
    if (this.followers.delete(follower) && this.followers.size === 0) this.deserted();
  }

  /** Ends all who follow the room. */
  end(): void {
    for (const follower of this.followers) follower.end();
  }

  /** Hands all who wait an empty page. */
  beat(): void {
    this.far.clear();
    for (const follower of this.waiting) follower.beat();
  }

  /** The page of followers at a place, if memory can tell; those at one place share it. */
  page(place: Place): Page | Reset | undefined {
    if (!this.knows(place)) return undefined;
    let page = this.pages.get(place.seq);
    if (!page) {
      page = pageAfter(this.room, place, this.cut(place, PAGE), PAGE_CHARACTERS);
      this.pages.set(place.seq, page);
    }
    return page;
  }

  /** The page of followers at a place, when the store has been asked what is new. */
  async read(place: Place): Promise<Page | Reset> {
    await this.refresh(this.rings);
    return this.page(place) ?? this.farPage(place);
  }

  /** What comes after a place: from memory near the head, from the store further back. */
  async after(place: Place, limit: number): Promise<Page | Reset> {
    await this.refresh(this.rings);
    const span = this.knows(place) ? this.cut(place, limit) : await this.beyond(place, limit);
    return pageAfter(this.room, place, span);
  }

  /** A page that memory can't tell: from far back, of another history, or too new to be known here. */
  private async farPage(place: Place): Promise<Page | Reset> {
    const make = async () => pageAfter(this.room, place, await this.beyond(place, PAGE), PAGE_CHARACTERS);
    const { epoch, seq } = place;
    if (epoch !== this.span.epoch || seq > this.span.head) return make();
    const key = formatCursor(epoch, seq);
    let page = this.far.get(key);
    if (!page) {
      if (this.far.size === FAR) this.far.clear();
      this.far.set(key, (page = make()));
      page.catch(() => this.far.delete(key));
    }
    return page;
  }

  private beyond({ seq }: Place, limit: number): Promise<Span> {
    return this.store.after(this.room, seq, limit);
  }

  private knows({ epoch, seq }: Place): boolean {
    return (
      this.fresh >= this.rings && epoch === this.span.epoch && seq >= this.begin && seq <= this.span.head
    );
  }

  /** The place before the oldest entry that is kept. */
  private get begin(): number {
    return this.span.head - this.span.entries.length;
  }

  private cut({ seq }: Place, limit: number): Span {
    const from = seq - this.begin;
    return { ...this.span, entries: this.span.entries.slice(from, from + limit) };
  }

  private readonly wake = (): void => {
    const woken = this.waiting;
    this.waiting = new Set();
    for (const follower of woken) void follower.run();
  };

  /** Reads on in the store until what is known is as new as ring `wanted`; all who ask at once share the reading. */
  private async refresh(wanted: number): Promise<void> {
    while (this.fresh < wanted) {
      this.refreshing ??= this.load().finally(() => (this.refreshing = undefined));
      await this.refreshing;
    }
  }

  private async load(): Promise<void> {
    const rings = this.rings;
    const known = this.span;
    let span = await this.store.after(this.room, known.head, KEPT);
    let entries = [...known.entries, ...span.entries].slice(-KEPT);
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
