import { kindOf } from '../../entry-kinds';
import { formatCursor } from '../../log/cursor';
import { entryOf } from '../../log/entry';
import type { Entry } from '../../wire';

/** An entry as the database has it. */
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
}

/** Returns the entry of a row, in the history that `epoch` names. */
export function entryOfRow({ type, body, ...row }: Row, epoch: string): Entry {
  return newEntryOf({ ...row, type, body: kindOf(type) ? (JSON.parse(body) as object) : {} }, epoch);
}

/** Returns the entry of a row that was written with this body. */
export function newEntryOf(row: Omit<Row, 'body'> & { body: object }, epoch: string): Entry {
  const { room, seq, id, visitor, username } = row;
  const at = new Date(row.at).toISOString();
  const head = { cursor: formatCursor(epoch, seq), seq, room, id, visitor, username, at };
  return entryOf(row.type, head, row.body);
}
