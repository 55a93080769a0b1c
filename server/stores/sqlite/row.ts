import { formatCursor } from '../../cursor';
import type { Entry } from '../../wire';

/** An entry as the database has it. */
export interface Row {
  room: string;
  seq: number;
  type: Entry['type'];
  id: string;
  visitor: string;
  username: string;
  body: string;
  /** In ms since 1970, UTC. */
  at: number;
}

/** The entry of a row, in the history that `epoch` names. */
export function entryOf({ room, seq, type, id, visitor, username, body, at }: Row, epoch: string): Entry {
  const cursor = formatCursor(epoch, seq);
  return { type, cursor, seq, room, id, visitor, username, message: body, at: new Date(at).toISOString() };
}
