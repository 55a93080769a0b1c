import { Refusal } from '../refusal';
import type { Cursor } from '../wire';

/** A parsed cursor: a position in the history that `epoch` names. */
export interface Position {
  epoch: string;
  /** The last seq that was read; 0 before the first entry. */
  seq: number;
  /** The first digits of the hash at that seq; see chain.ts. Cursors of earlier versions have none. */
  hash?: string | undefined;
}

const PATTERN = /^([0-9a-z]{1,16}):(0|[1-9][0-9]{0,14})(?::([0-9a-f]{12}))?$/;

/** Formats a position as clients carry it. */
export function formatCursor(epoch: string, seq: number, hash?: string): Cursor {
  return hash === undefined ? `${epoch}:${seq}` : `${epoch}:${seq}:${hash}`;
}

/**
 * Parses a cursor.
 * @throws {Refusal} `bad_request` if it is malformed.
 */
export function parseCursor(text: string): Position {
  const [, epoch, seq, hash] = PATTERN.exec(text) ?? [];
  if (!epoch || !seq) throw new Refusal('bad_request', 'cursorMalformed');
  return { epoch, seq: Number(seq), hash };
}
