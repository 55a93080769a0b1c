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
}

/** What a reader at `place` is handed: the entries after it, or a reset if the place is not in this history. */
export function pageAfter(room: string, { epoch, seq }: Place, span: Span): Page | Reset {
  if (epoch !== span.epoch || seq > span.head || seq < span.earliest) return reset(room, span);
  return page(span, seq + span.entries.length);
}

/** What a reader going back from `place` is handed: the entries before it, or a reset likewise. */
export function pageBefore(room: string, { epoch, seq }: Place, span: Span): Page | Reset {
  if (epoch !== span.epoch || seq > span.head + 1) return reset(room, span);
  return page(span, Math.max(seq - 1, span.earliest));
}

function page({ epoch, earliest, entries }: Span, end: number): Page {
  return {
    type: 'page',
    entries,
    cursor: formatCursor(epoch, end),
    earliest: formatCursor(epoch, earliest),
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
