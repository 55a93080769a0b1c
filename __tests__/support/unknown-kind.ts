import Database from 'better-sqlite3';
import { randomUUID } from 'node:crypto';

/**
 * Writes an entry of an unknown kind into a room, as a newer version would. It rings no bell: readers find it with the
 * next entry.
 * @param file the database, whose server may be running.
 */
export function writeUnknownKind(file: string, room: string): { id: string } {
  const id = randomUUID();
  const db = new Database(file);
  db.transaction(() => {
    const seq = 1 + (db.prepare('SELECT head FROM rooms WHERE name = ?').pluck().get(room) as number);
    db.prepare(
      `INSERT INTO entries (room, seq, type, in_history, id, visitor, username, body, at)
       VALUES (?, ?, 'pin_message', 1, ?, 'v', 'Masha', '{"message":"secret","seq":0}', 0)`,
    ).run(room, seq, id);
    db.prepare('UPDATE rooms SET head = ? WHERE name = ?').run(seq, room);
  }).immediate();
  db.close();
  return { id };
}
