import { Refusal } from '../refusal';
import type { Cursor } from '../wire';

/** A parsed cursor: a position in the history that `epoch` names. */
export interface Position {
  epoch: string;
  /** The last seq that was read; 0 before the first entry. */
  seq: number;
}

const FORM = /^([0-9a-z]{1,16}):(0|[1-9][0-9]{0,14})$/;

/** Formats a position as clients carry it. */
export function formatCursor(epoch: string, seq: number): Cursor {
  return `${epoch}:${seq}`;
}

/**
 * Parses a cursor.
 * @throws {Refusal} 400 if it has not the form of one.
 */
export function parseCursor(text: string): Position {
  const [, epoch, seq] = FORM.exec(text) ?? [];
  if (!epoch || !seq)
    throw new Refusal('bad_request', 'That is no cursor. Send one as the server gave it, or none.');
  return { epoch, seq: Number(seq) };
}
