import type { Cursor } from '../../server/wire.js';

/** A cursor, parsed. */
export interface Position {
  epoch: string;
  seq: number;
  /** Tells whether two positions at one seq are of the same history. */
  hash: string | undefined;
}

/** Parses a cursor: `<epoch>:<seq>:<hash>`. */
export function parseCursor(cursor: Cursor): Position {
  const [epoch = '', seq, hash] = cursor.split(':');
  return { epoch, seq: Number(seq), hash };
}

/** Returns the seq of a cursor. */
export function seqOf(cursor: Cursor): number {
  return parseCursor(cursor).seq;
}

/** Whether two positions can't belong to the same history. At different seqs, only the server can tell. */
export function areOfDifferentHistories(a: Position, b: Position): boolean {
  if (a.epoch !== b.epoch) return true;
  return a.seq === b.seq && a.hash !== b.hash && a.hash !== undefined && b.hash !== undefined;
}
