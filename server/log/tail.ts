import type { Reset } from '../wire';
import type { Budget } from './budget';
import type { Place } from './cursor';
import { pageAfter, type Page } from './page';
import { bytesOf, Pages } from './pages';
import { readNewest, readOn } from './span';
import type { Span, Store } from './store';

/** How many entries are read at first; all that are to be kept only when somebody has missed more. */
const FIRST = 64;
/** The most entries that a follower is handed at once. */
const PAGE = 256;
/** The most bytes of messages among them, beyond the first: what a reader that stalls can hold in memory. */
const PAGE_BYTES = 64 * 1024;
/** The most bytes that the entries of one room may take up. */
const ROOM = 2 * 1024 * 1024;

/**
 * A room's newest entries, read from the store once for all who follow the room.
 * It is a cache in front of the store and nothing else: nothing comes into it but what was read there. What it holds is
 * bounded by a budget that it shares with all other rooms.
 */
export class Tail {
  /** How often the room may have grown. */
  rings = 0;
  /** The last of these rings that may have deleted something: what was read before it is not handed out any more. */
  private deletion = 0;
  /** Pages of what is known. */
  private readonly pages: Pages;
  /** Pages from further back. What they hold changes only when something is deleted from it. */
  private readonly far: Pages;
  /** How many of the newest entries are wanted, and how many were read: more may have come since. */
  private size: number;
  private known = 0;
  private span: Span = { epoch: '', earliest: 0, head: 0, at: 0, entries: [] };
  /** The ring that `span` is as new as. */
  private fresh = -1;
  private refreshing: Promise<void> | undefined;
  private closed = false;

  /** @param kept how many entries are kept, if the budget has room for them. */
  constructor(
    private readonly store: Store,
    private readonly room: string,
    private readonly kept: number,
    private readonly budget: Budget,
  ) {
    this.size = Math.min(FIRST, kept);
    this.pages = new Pages(budget);
    this.far = new Pages(budget);
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

  /** Forgets the pages that were kept for readers who come all at once: in a quiet room they are of no more use. */
  beat(): void {
    this.pages.clear();
    this.far.clear();
  }

  /** Lets go of everything: nobody follows the room any more. */
  close(): void {
    this.closed = true;
    this.forget();
    this.budget.release(this);
    this.pages.close();
    this.far.close();
  }

  /**
   * Reads on in the store until what is known is as new as the room is now; all who ask at once share the reading.
   * @param size how many of the newest entries are to be known at least, if the room has them.
   */
  async refresh(size = 0): Promise<void> {
    const wanted = this.rings;
    while (this.fresh < wanted || this.known < size) {
      // Again each time: what was read may have been let go of meanwhile.
      this.size = Math.max(this.size, size);
      this.refreshing ??= this.load().finally(() => (this.refreshing = undefined));
      await this.refreshing;
    }
  }

  /** The page of followers at a place, if memory can tell; those at one place share it. */
  page(place: Place): Page | Reset | undefined {
    if (!this.knows(place)) return undefined;
    this.budget.touch(this);
    let page = this.pages.get(place.seq);
    if (!page) {
      page = pageAfter(this.room, place, this.cut(place, PAGE), PAGE_BYTES);
      this.pages.keep(place.seq, page);
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
    this.budget.touch(this);
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
    // What is at the head now is no answer for who asks when more has come.
    return epoch === this.span.epoch && seq < this.span.head ? this.far.read(seq, make) : make();
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
    const { epoch } = this.span;
    const joined = this.known < size ? undefined : await readOn(this.store, this.room, this.span, this.kept);
    // Something may have been deleted from what is further back.
    const news = joined?.entries.filter(({ seq }) => seq > this.span.head) ?? [];
    const span = joined ?? (await readNewest(this.store, this.room, size));
    if (!joined || span.epoch !== epoch || news.some(({ type }) => type === 'delete_message'))
      this.far.clear();
    this.keep(span);
    this.known = size;
    this.pages.clear();
    this.fresh = rings;
  }

  /** Keeps as many of the newest entries as may be kept of one room. */
  private keep(span: Span): void {
    let bytes = bytesOf(span.entries);
    let first = 0;
    for (; bytes > ROOM; first += 1) bytes -= bytesOf([span.entries[first]!]);
    this.span = { ...span, entries: span.entries.slice(first) };
    if (!this.closed) this.budget.hold(this, bytes, this.forget);
  }

  /** Lets go of the entries; the newest are read again when somebody comes for them. */
  private readonly forget = (): void => {
    this.span = { ...this.span, entries: [] };
    this.known = 0;
    this.size = 0;
    this.pages.clear();
  };
}
