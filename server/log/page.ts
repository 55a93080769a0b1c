import type { Cursor, Entry, Reset } from '../wire';
import { formatCursor, type Position } from './cursor';
import { sizeOf } from './entry';
import type { LogSlice } from './store';

/**
 * Entries that follow each other or, where history is read back, messages only. Readers at the same place share one,
 * so it is never changed.
 */
export interface Page {
  readonly type: 'page';
  readonly entries: readonly Entry[];
  /** The place from which to read on. */
  readonly cursor: Cursor;
  readonly earliest: Cursor;
  /** Whether the room had more when it was read. */
  readonly more: boolean;
  /** When the room's newest entry was taken in, in ms since 1970. */
  readonly at: number;
}

/** The most bytes of messages, in UTF-8, in one answer over HTTP, beyond its first message. */
const ANSWER_BYTES = 128 * 1024;

/**
 * Returns what comes after a position: entries, or a reset if the position is not in this history.
 * @param most the most bytes of messages, beyond the first: it bounds what a slow reader can hold in memory.
 */
export function pageAfter(
  room: string,
  { epoch, seq }: Position,
  slice: LogSlice,
  most = ANSWER_BYTES,
): Page | Reset {
  if (epoch !== slice.epoch || seq > slice.head || seq < slice.earliest) return reset(room, slice);
  const entries = slice.entries.slice(0, fitting(slice.entries, most));
  return page(slice, seq + entries.length, entries);
}

/** Returns what comes before a position: the newest history that fits, or a reset likewise. */
export function pageBefore(room: string, { epoch, seq }: Position, slice: LogSlice): Page | Reset {
  if (epoch !== slice.epoch || seq > slice.head + 1) return reset(room, slice);
  return page(slice, Math.max(seq - 1, slice.earliest), newestFitting(slice.entries));
}

/** Returns how many of the first entries hold at most so many bytes of messages; one always does. */
function fitting(entries: LogSlice['entries'], most: number): number {
  let bytes = 0;
  const end = entries.findIndex((entry, i) => {
    bytes += sizeOf(entry);
    return bytes > most && i > 0;
  });
  return end < 0 ? entries.length : end;
}

/** Returns the newest history that fits; of more than `limit` the oldest, since the others come after its cursor. */
export function newestPage(slice: LogSlice, limit: number): Page {
  if (slice.entries.length <= limit) return page(slice, slice.head, newestFitting(slice.entries));
  const entries = slice.entries.slice(0, Math.min(limit, fitting(slice.entries, ANSWER_BYTES)));
  return page(slice, entries.at(-1)!.seq, entries);
}

/** The newest entries that fit into an answer. */
function newestFitting(entries: LogSlice['entries']): LogSlice['entries'] {
  return entries.slice(-fitting(entries.toReversed(), ANSWER_BYTES));
}

/** @param end the seq after which reading on misses nothing. */
function page({ epoch, earliest, head, at }: LogSlice, end: number, entries: LogSlice['entries']): Page {
  return {
    type: 'page',
    entries,
    cursor: formatCursor(epoch, end),
    earliest: formatCursor(epoch, earliest),
    more: end < head,
    at,
  };
}

function reset(room: string, { epoch, earliest, head }: LogSlice): Reset {
  return {
    type: 'reset',
    room,
    earliest: formatCursor(epoch, earliest),
    cursor: formatCursor(epoch, head),
  };
}

/** Returns the events of a step. */
export function eventsOf(step: Page | Reset): readonly (Entry | Reset)[] {
  return step.type === 'reset' ? [step] : step.entries;
}

/** Encodes each thing once for all who are handed it. */
export function memoize<In extends object, Out>(encode: (what: In) => Out): (what: In) => Out {
  const encoded = new WeakMap<In, { value: Out }>();
  return (what) => {
    let known = encoded.get(what);
    if (!known) encoded.set(what, (known = { value: encode(what) }));
    return known.value;
  };
}
