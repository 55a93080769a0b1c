import { formatCursor } from '../../log/cursor';
import type { Entry } from '../../wire';

/** An entry as the database has it. */
export interface Row {
  room: string;
  seq: number;
  type: 'new_message' | 'delete_message' | 'deleted';
  id: string;
  visitor: string;
  username: string;
  /** The message; or the id of the one that it deletes; or nothing, if it was deleted. */
  body: string;
  /** In ms since 1970, UTC. */
  at: number;
}

/** The entry of a row, in the history that `epoch` names. */
export function entryOf({ type, body, at, ...row }: Row, epoch: string): Entry {
  const { seq, room, id, visitor, username } = row;
  const cursor = formatCursor(epoch, seq);
  const time = new Date(at).toISOString();
  switch (type) {
    case 'new_message':
      return { type, cursor, seq, room, id, visitor, username, message: body, at: time };
    case 'deleted':
      return { type: 'deleted_message', cursor, seq, room, id, visitor, username, at: time };
    case 'delete_message':
      return { type, cursor, seq, room, id, visitor, username, target: body, at: time };
  }
}
