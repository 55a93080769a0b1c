import { formatCursor, type Place } from './cursor';
import type { Span } from './store';
import type { Cursor, Entry, Reset } from './wire';

/** Entries that follow each other. Readers at the same place share one, so it is never changed. */
export interface Page {
  readonly type: 'page';
  readonly entries: readonly Entry[];
  /** The place after the last entry. */
  readonly cursor: Cursor;
  readonly earliest: Cursor;
  /** Whether the room had more when it was read. */
  readonly more: boolean;
  /** When the room's newest entry was taken in, in ms since 1970. */
  readonly at: number;
}

/**
 * What a reader at `place` is handed: the entries after it, or a reset if the place is not in this history.
 * @param most the most characters of messages, beyond the first: it bounds what a slow reader can hold in memory.
 */
export function pageAfter(room: string, { epoch, seq }: Place, span: Span, most = Infinity): Page | Reset {
  if (epoch !== span.epoch || seq > span.head || seq < span.earliest) return reset(room, span);
  let characters = 0;
  const end = span.entries.findIndex((entry, i) => {
    if (entry.type === 'new_message') characters += entry.message.length;
    return characters > most && i > 0;
  });
  return page(span, seq, end < 0 ? span.entries : span.entries.slice(0, end));
}

/** What a reader going back from `place` is handed: the entries before it, or a reset likewise. */
export function pageBefore(room: string, { epoch, seq }: Place, span: Span): Page | Reset {
  if (epoch !== span.epoch || seq > span.head + 1) return reset(room, span);
  return page(span, Math.max(seq - 1, span.earliest) - span.entries.length, span.entries);
}

function page({ epoch, earliest, head, at }: Span, seq: number, entries: Span['entries']): Page {
  const end = seq + entries.length;
  return {
    type: 'page',
    entries,
    cursor: formatCursor(epoch, end),
    earliest: formatCursor(epoch, earliest),
    more: end < head,
    at,
  };
}

function reset(room: string, { epoch, earliest, head }: Span): Reset {
  return {
    type: 'reset',
    room,
    earliest: formatCursor(epoch, earliest),
    cursor: formatCursor(epoch, head),
  };
}

/** What a step tells, event by event. */
export function events(step: Page | Reset): readonly (Entry | Reset)[] {
  return step.type === 'reset' ? [step] : step.entries;
}

/** Encodes each thing once for all who are handed it. */
export function once<In extends object, Out>(encode: (what: In) => Out): (what: In) => Out {
  const encoded = new WeakMap<In, { value: Out }>();
  return (what) => {
    let known = encoded.get(what);
    if (!known) encoded.set(what, (known = { value: encode(what) }));
    return known.value;
  };
}
