import type { Cursor, Entry } from '../../server/wire.js';
import { seqOf } from './cursor.js';

/** How many of the newest entries are kept while they are not on the page. */
const LIMIT = 100;

/** The end of the room. While the page does not show it, it keeps the newest entries to connect a loaded page with. */
export class LiveEnd {
  private entries: Entry[] = [];
  private lastSeq: number;

  constructor(cursor: Cursor) {
    this.lastSeq = seqOf(cursor);
  }

  /** The seq of the last entry that has arrived. */
  get seq(): number {
    return this.lastSeq;
  }

  /** Notes the last entry of those that are on the page. */
  advance(entries: Entry[]): void {
    this.lastSeq = entries.at(-1)?.seq ?? this.lastSeq;
  }

  /** Keeps an entry that is not on the page. */
  keep(entry: Entry): void {
    this.entries.push(entry);
    if (this.entries.length > LIMIT) this.entries.shift();
  }

  /** Returns the kept entries if a page up to `cursor` reaches them; `undefined` if there would be a hole. */
  take(cursor: Cursor): Entry[] | undefined {
    const [first] = this.entries;
    if (seqOf(cursor) < (first ? first.seq - 1 : this.lastSeq)) return undefined;
    const { entries } = this;
    this.entries = [];
    return entries;
  }

  /** Begins anew after a cursor of another history. */
  reset(cursor: Cursor): void {
    this.entries = [];
    this.lastSeq = seqOf(cursor);
  }
}
