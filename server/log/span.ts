import type { Entry } from '../wire';
import type { Span, Store } from './store';

/** The most entries that are read at once, in a millisecond or two: reading more would hold up everybody else. */
const PART = 256;

/** A span and what came after it, of that the newest `kept` entries; nothing if the two do not join. */
export async function readOn(
  store: Store,
  room: string,
  span: Span,
  kept: number,
): Promise<Span | undefined> {
  let { entries, head } = span;
  for (;;) {
    const next = await store.after(room, head, PART);
    const joins =
      next.epoch === span.epoch &&
      next.earliest <= head &&
      next.head >= head &&
      next.entries.length > 0 === next.head > head;
    if (!joins) return undefined;
    entries = [...erased(entries, next.entries), ...next.entries].slice(-kept);
    head += next.entries.length;
    if (head === next.head) return { ...next, entries };
    await new Promise(setImmediate);
  }
}

/** The newest entries of a room, at most so many. */
export async function readNewest(store: Store, room: string, size: number): Promise<Span> {
  const span = await store.before(room, Infinity, Math.min(size, PART));
  let { entries } = span;
  while (entries.length < size && span.head - entries.length > span.earliest) {
    await new Promise(setImmediate);
    const first = span.head - entries.length + 1;
    const older = await store.before(room, first, Math.min(size - entries.length, PART));
    // Not if the store has dropped what is older, or has another history by now.
    if (older.entries.length === 0 || older.epoch !== span.epoch) break;
    entries = [...older.entries, ...entries];
  }
  return { ...span, entries };
}

/** Entries as they are since others came after them: without the text of those that were deleted. */
export function erased(entries: Entry[], news: readonly Entry[]): Entry[] {
  const targets = new Set(news.flatMap((entry) => (entry.type === 'delete_message' ? entry.target : [])));
  if (targets.size === 0) return entries;
  return entries.map((entry) => {
    if (entry.type !== 'new_message' || !targets.has(entry.id)) return entry;
    const { cursor, seq, room, id, visitor, username, at } = entry;
    return { type: 'deleted_message', cursor, seq, room, id, visitor, username, at };
  });
}
