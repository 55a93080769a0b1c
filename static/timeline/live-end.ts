import type { Cursor, Entry } from '../../server/wire.js';
import { seqOf } from './cursor.js';

/** The most entries that are buffered. */
const BUFFER_MAX = 100;

/** The end of the room. While it is not on the page, it buffers the newest entries until a loaded page reaches them. */
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

  /** Buffers an entry that is not on the page. */
  buffer(entry: Entry): void {
    this.entries.push(entry);
    if (this.entries.length > BUFFER_MAX) this.entries.shift();
  }

  /** Removes and returns the buffered entries if a page up to `cursor` reaches them; `undefined` if there would be a hole. */
  take(cursor: Cursor): Entry[] | undefined {
    const [first] = this.entries;
    if (seqOf(cursor) < (first ? first.seq - 1 : this.lastSeq)) return undefined;
    const { entries } = this;
    this.entries = [];
    return entries;
  }

  /** Restarts at a cursor of another history. */
  reset(cursor: Cursor): void {
    this.entries = [];
    this.lastSeq = seqOf(cursor);
  }
}
