import type { Cursor, Entry, Reset } from '../wire';
import type { Position } from './cursor';
import { sizeOf } from './entry';
import { cursorAt, isOfAnother } from './slice';
import type { LogSlice } from './store';

/**
 * Consecutive entries or, where history is read back, messages only. Readers at the same position share one, so it is
 * immutable.
 */
export interface Page {
  readonly type: 'page';
  readonly entries: readonly Entry[];
  /** The position after which to read on. */
  readonly cursor: Cursor;
  readonly earliest: Cursor;
  /** Whether the room had further entries when it was read. */
  readonly more: boolean;
  /** When the room's newest entry was accepted, in ms since 1970. */
  readonly at: number;
}

/** The most bytes of messages, in UTF-8, in one HTTP response, beyond its first message. */
const RESPONSE_BYTES_MAX = 128 * 1024;

/**
 * Returns the page after a position, or a reset if the position is not in this history.
 * @param maxBytes the most bytes of messages, beyond the first: a slow reader holds one page in memory.
 */
export function pageAfter(
  room: string,
  position: Position,
  slice: LogSlice,
  maxBytes = RESPONSE_BYTES_MAX,
): Page | Reset {
  const { seq } = position;
  if (seq > slice.head || seq < slice.earliest || isOfAnother(room, slice, position))
    return reset(room, slice);
  const entries = slice.entries.slice(0, countFitting(slice.entries, maxBytes));
  return page(room, slice, seq + entries.length, entries);
}

/** Returns the page of history before a position, or a reset if the position is not in this history. */
export function pageBefore(room: string, position: Position, slice: LogSlice): Page | Reset {
  const { seq, hash } = position;
  // The seq after the head has no entry, hence no hash.
  const isBeyond = seq > slice.head + (hash === undefined ? 1 : 0);
  if (isBeyond || isOfAnother(room, slice, position)) return reset(room, slice);
  return page(room, slice, Math.max(seq - 1, slice.earliest), newestFitting(slice.entries));
}

/** Returns how many of the first entries have at most `maxBytes` of messages together; at least one. */
function countFitting(entries: LogSlice['entries'], maxBytes: number): number {
  let bytes = 0;
  const end = entries.findIndex((entry, i) => {
    bytes += sizeOf(entry);
    return bytes > maxBytes && i > 0;
  });
  return end < 0 ? entries.length : end;
}

/** Returns a page of the newest history. Of more than `limit` entries it has the oldest: the others follow its cursor. */
export function newestPage(room: string, slice: LogSlice, limit: number): Page {
  if (slice.entries.length <= limit) return page(room, slice, slice.head, newestFitting(slice.entries));
  const entries = slice.entries.slice(0, Math.min(limit, countFitting(slice.entries, RESPONSE_BYTES_MAX)));
  return page(room, slice, entries.at(-1)!.seq, entries);
}

/** Returns the newest entries that fit into one response. */
function newestFitting(entries: LogSlice['entries']): LogSlice['entries'] {
  return entries.slice(-countFitting(entries.toReversed(), RESPONSE_BYTES_MAX));
}

/** @param end the seq after which reading on misses nothing. */
function page(room: string, slice: LogSlice, end: number, entries: LogSlice['entries']): Page {
  return {
    type: 'page',
    entries,
    cursor: cursorAt(room, slice, end),
    earliest: cursorAt(room, slice, slice.earliest),
    more: end < slice.head,
    at: slice.at,
  };
}

function reset(room: string, slice: LogSlice): Reset {
  return {
    type: 'reset',
    room,
    earliest: cursorAt(room, slice, slice.earliest),
    cursor: cursorAt(room, slice, slice.head),
  };
}

/** Returns the events of a step. */
export function eventsOf(step: Page | Reset): readonly (Entry | Reset)[] {
  return step.type === 'reset' ? [step] : step.entries;
}

/** Makes a function encode each object only once, for all readers that get it. */
export function memoize<In extends object, Out>(encode: (value: In) => Out): (value: In) => Out {
  const encodings = new WeakMap<In, { encoded: Out }>();
  return (value) => {
    let cached = encodings.get(value);
    if (!cached) encodings.set(value, (cached = { encoded: encode(value) }));
    return cached.encoded;
  };
}
