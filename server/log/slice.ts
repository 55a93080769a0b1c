import { targetOf, withoutErased } from './entry';
import type { LogSlice, Store } from './store';

/** The most entries of one read, which takes a millisecond or two: a longer one would delay all other clients. */
const READ_MAX = 256;

/** A slice that was read on. */
export interface Extended {
  slice: LogSlice;
  /** Whether a new entry erased an earlier one. */
  hasErased: boolean;
}

/** Extends a slice by the entries after it, and returns its newest `limit` entries; nothing if the two do not join. */
export async function readForward(
  store: Store,
  room: string,
  slice: LogSlice,
  limit: number,
): Promise<Extended | undefined> {
  let { entries, head } = slice;
  let hasErased = false;
  for (;;) {
    const next = await store.after(room, head, READ_MAX);
    const joins =
      next.epoch === slice.epoch &&
      next.earliest <= head &&
      next.head >= head &&
      next.entries.length > 0 === next.head > head;
    if (!joins) return undefined;
    hasErased ||= next.entries.some(targetOf);
    entries = [...withoutErased(entries, next.entries), ...next.entries].slice(-limit);
    head += next.entries.length;
    if (head === next.head) return { slice: { ...next, entries }, hasErased };
    await new Promise(setImmediate);
  }
}

/** Reads the newest entries of a room, at most `size`. */
export async function readNewest(store: Store, room: string, size: number): Promise<LogSlice> {
  const slice = await store.before(room, Infinity, Math.min(size, READ_MAX));
  let { entries } = slice;
  while (entries.length < size && slice.head - entries.length > slice.earliest) {
    await new Promise(setImmediate);
    const first = slice.head - entries.length + 1;
    const older = await store.before(room, first, Math.min(size - entries.length, READ_MAX));
    // The store may have dropped the older entries, or have another history by now.
    if (older.entries.length === 0 || older.epoch !== slice.epoch) break;
    entries = [...older.entries, ...entries];
  }
  return { ...slice, entries };
}
