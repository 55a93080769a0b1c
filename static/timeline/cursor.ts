import type { Cursor } from '../../server/wire.js';

/** A cursor, parsed. */
export interface Position {
  epoch: string;
  seq: number;
}

/** Parses a cursor: `<epoch>:<seq>`. */
export function parseCursor(cursor: Cursor): Position {
  const colon = cursor.lastIndexOf(':');
  return { epoch: cursor.slice(0, colon), seq: Number(cursor.slice(colon + 1)) };
}

/** Returns the seq of a cursor. */
export function seqOf(cursor: Cursor): number {
  return parseCursor(cursor).seq;
}

/** Whether two cursors belong to the same history. */
export function isSameHistory(a: Cursor, b: Cursor): boolean {
  return parseCursor(a).epoch === parseCursor(b).epoch;
}
