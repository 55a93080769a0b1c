import { Refusal } from '../refusal';
import type { Cursor } from '../wire';

/** A parsed cursor: a position in the history that `epoch` names. */
export interface Position {
  epoch: string;
  /** The last seq that was read; 0 before the first entry. */
  seq: number;
}

const PATTERN = /^([0-9a-z]{1,16}):(0|[1-9][0-9]{0,14})$/;

/** Formats a position as clients carry it. */
export function formatCursor(epoch: string, seq: number): Cursor {
  return `${epoch}:${seq}`;
}

/**
 * Parses a cursor.
 * @throws {Refusal} `bad_request` if it is malformed.
 */
export function parseCursor(text: string): Position {
  const [, epoch, seq] = PATTERN.exec(text) ?? [];
  if (!epoch || !seq)
    throw new Refusal(
      'bad_request',
      'This is not a cursor. Send one exactly as the server returned it, or none.',
    );
  return { epoch, seq: Number(seq) };
}
