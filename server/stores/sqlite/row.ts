import { kindOf } from '../../entry-kinds';
import { formatCursor } from '../../log/cursor';
import { entryOf } from '../../log/entry';
import type { Entry } from '../../wire';

/** An entry as it is stored. */
export interface Row {
  room: string;
  seq: number;
  /** The name of its kind, which another version may have written. */
  type: string;
  id: string;
  visitor: string;
  username: string;
  /** A JSON object. */
  body: string;
  /** In ms since 1970, UTC. */
  at: number;
  /** The digits of its hash that a cursor carries. */
  hash: string;
}

/** Selects the digits of a hash that a cursor carries. */
export const SHORT_HASH = 'lower(hex(substr(hash, 1, 6)))';
/** The columns of a row. */
export const COLUMNS = `room, seq, type, id, visitor, username, body, at, ${SHORT_HASH} AS hash`;

/**
 * Returns the entry of a row, in the history that `epoch` names. An entry of an unknown kind gets no body: it may not be
 * meant for readers, who skip it anyway.
 */
export function entryOfRow(row: Row, epoch: string): Entry {
  const { type, room, seq, id, visitor, username, at, hash } = row;
  const body = kindOf(type) ? (JSON.parse(row.body) as object) : {};
  const cursor = formatCursor(epoch, seq, hash);
  return entryOf(type, { cursor, seq, room, id, visitor, username, at: new Date(at).toISOString() }, body);
}
