import { formatCursor, type Place } from './cursor';
import { pageAfter, type Page } from './page';
import { readNewest, readOn } from './span';
import type { Span, Store } from './store';
import type { Reset } from './wire';

/** How many entries are read at first; all that are to be kept only when somebody has missed more. */
const FIRST = 64;
/** How many pages from further back are kept until the next beat, for readers that come back all at once. */
const FAR = 64;
/** The most entries that a follower is handed at once. */
const PAGE = 256;
/** The most bytes of messages among them, beyond the first: what a reader that stalls can hold in memory. */
const PAGE_BYTES = 64 * 1024;

/**
 * A room's newest entries, read from the store once for all who follow the room.
 * It is a cache in front of the store and nothing else: nothing comes into it but what was read there.
 */
export class Tail {
  /** How often the room may have grown. */
  rings = 0;
  /** The last of these rings that may have deleted something: what was read before it is not handed out any more. */
  private deletion = 0;
  /** Pages of what is known, shared by the readers that stand at one place. */
  private readonly pages = new Map<number, Page | Reset>();
  /** Pages from further back. What they hold changes only when something is deleted from it. */
  private readonly far = new Map<string, Promise<Page | Reset>>();
  /** How many of the newest entries are wanted, and how many were read: more may have come since. */
  private size: number;
  private known = 0;
  private span: Span = { epoch: '', earliest: 0, head: 0, at: 0, entries: [] };
  /** The ring that `span` is as new as. */
  private fresh = -1;
  private refreshing: Promise<void> | undefined;

  /** @param kept how many entries are kept. */
  constructor(
    private readonly store: Store,
    private readonly room: string,
    private readonly kept: number,
  ) {
    this.size = Math.min(FIRST, kept);
  }

  /**
   * The room may have grown: what is known of it may be stale.
   * @param deleting whether something may have been deleted, so that it must not be handed out before it was read again.
   */
  ring(deleting: boolean): void {
    this.rings += 1;
    if (!deleting) return;
    this.deletion = this.rings;
    this.pages.clear();
    this.far.clear();
  }

  /** Forgets what was kept for readers that come back all at once. */
  beat(): void {
    this.far.clear();
  }

  /**
   * Reads on in the store until what is known is as new as the room is now; all who ask at once share the reading.
   * @param size how many of the newest entries are to be known at least, if the room has them.
   */
  async refresh(size = this.size): Promise<void> {
    const wanted = this.rings;
    this.size = Math.max(this.size, size);
    while (this.fresh < wanted || this.known < size) {
      this.refreshing ??= this.load().finally(() => (this.refreshing = undefined));
      await this.refreshing;
    }
  }

  /** The page of followers at a place, if memory can tell; those at one place share it. */
  page(place: Place): Page | Reset | undefined {
    if (!this.knows(place)) return undefined;
    let page = this.pages.get(place.seq);
    if (!page) {
      page = pageAfter(this.room, place, this.cut(place, PAGE), PAGE_BYTES);
      this.pages.set(place.seq, page);
    }
    return page;
  }

  /** The page of followers at a place, when the store has been asked what is new. */
  async read(place: Place): Promise<Page | Reset> {
    await this.reach(place);
    return this.page(place) ?? this.farPage(place);
  }

  /** What comes after a place: from memory near the head, from the store further back. */
  async after(place: Place, limit: number): Promise<Page | Reset> {
    await this.reach(place);
    const span = this.knows(place) ? this.cut(place, limit) : await this.beyond(place, limit);
    return pageAfter(this.room, place, span);
  }

  /** Like {@link refresh}; and back to a place, if it is as near as what is to be kept. */
  private async reach({ epoch, seq }: Place): Promise<void> {
    await this.refresh();
    const near = epoch === this.span.epoch && seq < this.begin && seq >= this.span.head - this.kept;
    if (near) await this.refresh(this.kept);
  }

  /** A page that memory can't tell: from far back, of another history, or too new to be known here. */
  private async farPage(place: Place): Promise<Page | Reset> {
    const make = async () => pageAfter(this.room, place, await this.beyond(place, PAGE), PAGE_BYTES);
    const { epoch, seq } = place;
    if (epoch !== this.span.epoch || seq > this.span.head) return make();
    const key = formatCursor(epoch, seq);
    let page = this.far.get(key);
    if (!page) {
      if (this.far.size === FAR) this.far.clear();
      this.far.set(key, (page = make()));
      page.catch(() => this.far.get(key) === page && this.far.delete(key));
    }
    return page;
  }

  private beyond({ seq }: Place, limit: number): Promise<Span> {
    return this.store.after(this.room, seq, limit);
  }

  /** Whether what is known tells what comes after a place: that it is nothing, only what is new can tell. */
  private knows({ epoch, seq }: Place): boolean {
    const { head } = this.span;
    if (this.fresh < this.deletion || epoch !== this.span.epoch || seq < this.begin) return false;
    return seq < head || (seq === head && this.fresh >= this.rings);
  }

  /** The place before the oldest entry that is kept. */
  private get begin(): number {
    return this.span.head - this.span.entries.length;
  }

  private cut({ seq }: Place, limit: number): Span {
    const from = seq - this.begin;
    return { ...this.span, entries: this.span.entries.slice(from, from + limit) };
  }

  private async load(): Promise<void> {
    const { rings, size } = this;
    const joined = this.known < size ? undefined : await readOn(this.store, this.room, this.span, this.kept);
    // Something may have been deleted from what is further back.
    const news = joined?.entries.filter(({ seq }) => seq > this.span.head) ?? [];
    if (news.some(({ type }) => type === 'delete_message')) this.far.clear();
    this.span = joined ?? (await readNewest(this.store, this.room, size));
    this.known = size;
    this.pages.clear();
    this.fresh = rings;
  }
}
