import { shorten, startOfChain } from './chain';
import { formatCursor, parseCursor, type Position } from './cursor';
import { targetOf, withoutErased } from './entry';
import type { Cursor } from '../wire';
import type { LogHead, LogSlice, Store } from './store';

/** The most entries of one read, which takes a millisecond or two: a longer one would delay all other clients. */
const READ_MAX = 256;

/** A slice that was read on. */
export interface Extended {
  slice: LogSlice;
  /** Whether a new entry erased an earlier one. */
  hasErased: boolean;
}

/** What is known of a room's log: its state, and maybe some entries. */
type Known = LogHead & Partial<LogSlice>;

/** Returns the cursor at a seq: with its hash, as far as that is known. */
export function cursorAt(room: string, known: Known, seq: number): Cursor {
  return formatCursor(known.epoch, seq, hashAt(room, known, seq));
}

/** Returns the hash at a seq as a cursor carries it, as far as it is known. */
function hashAt(room: string, { head, hash, entries, hashes }: Known, seq: number): string | undefined {
  if (seq === head) return hash;
  if (seq === 0) return shorten(startOfChain(room).hash);
  const entry = entries?.[seq - (entries[0]?.seq ?? 0)];
  // History has holes.
  return entry?.seq === seq ? parseCursor(entry.cursor).hash : hashes?.get(seq);
}

/** Whether a position is of another history: its epoch or, if it has one, its hash is not the one of this slice. */
export function isOfAnother(room: string, slice: LogSlice, { epoch, seq, hash }: Position): boolean {
  if (epoch !== slice.epoch) return true;
  return hash !== undefined && hash !== hashAt(room, slice, seq);
}

/** Returns a part of a slice without holes. @param from the index of the first entry. @param to the index after the last. */
export function cut(room: string, slice: LogSlice, from: number, to = Infinity): LogSlice {
  const before = (slice.entries[from]?.seq ?? slice.head + 1) - 1;
  const hash = hashAt(room, slice, before);
  const hashes = new Map(hash === undefined ? [] : [[before, hash]]);
  return { ...slice, entries: slice.entries.slice(from, to), hashes };
}

/** Extends a slice by the entries after it, and returns its newest `limit` entries; nothing if the two do not join. */
export async function readForward(
  store: Store,
  room: string,
  slice: LogSlice,
  limit: number,
): Promise<Extended | undefined> {
  let extended = slice;
  const { epoch } = slice;
  let { head: seq, hash } = slice;
  let hasErased = false;
  for (;;) {
    const next = await store.after(room, seq, READ_MAX);
    const joins =
      !isOfAnother(room, next, { epoch, seq, hash }) &&
      next.earliest <= seq &&
      next.head >= seq &&
      next.entries.length > 0 === next.head > seq;
    if (!joins) return undefined;
    hasErased ||= next.entries.some(targetOf);
    const entries = [...withoutErased(extended.entries, next.entries), ...next.entries];
    const joined = { ...next, entries, hashes: extended.hashes };
    extended = cut(room, joined, Math.max(0, entries.length - limit));
    seq += next.entries.length;
    if (seq === next.head) return { slice: extended, hasErased };
    hash = hashAt(room, next, seq)!;
    await new Promise(setImmediate);
  }
}

/** Reads the newest entries of a room, at most `size`. */
export async function readNewest(store: Store, room: string, size: number): Promise<LogSlice> {
  let slice = await store.before(room, Infinity, Math.min(size, READ_MAX));
  const { epoch, earliest, head } = slice;
  while (slice.entries.length < size && head - slice.entries.length > earliest) {
    await new Promise(setImmediate);
    const seq = head - slice.entries.length;
    const older = await store.before(room, seq + 1, Math.min(size - slice.entries.length, READ_MAX));
    // The store may have dropped the older entries, or have another history by now.
    const hash = hashAt(room, slice, seq);
    if (older.entries.length === 0 || isOfAnother(room, older, { epoch, seq, hash })) break;
    slice = { ...slice, entries: [...older.entries, ...slice.entries], hashes: older.hashes };
  }
  return slice;
}
