import Database from 'better-sqlite3';
import { randomUUID } from 'node:crypto';
import { createSalts, hashAfter, type Link } from '../../server/log/chain';

/**
 * Writes an entry of an unknown kind into a room, as a newer version would. It rings no bell: readers find it with the
 * next entry.
 * @param file the database, whose server may be running.
 */
export function writeUnknownKind(file: string, room: string): { id: string } {
  const id = randomUUID();
  const db = new Database(file);
  db.transaction(() => {
    const last = db
      .prepare<[string], Link>('SELECT head AS seq, hex(hash) AS hash FROM rooms WHERE name = ?')
      .get(room)!;
    const fields = { room, seq: last.seq + 1, id, visitor: 'v', username: 'Masha', at: 0 };
    const content = { type: 'pin_message', body: '{"message":"secret","seq":0}', seal: createSalts(1)[0]! };
    const hash = hashAfter(last.hash.toLowerCase(), { ...fields, ...content });
    db.prepare(
      `INSERT INTO entries (room, seq, type, in_history, id, visitor, username, body, at, seal, hash)
       VALUES (@room, @seq, @type, 1, @id, @visitor, @username, @body, @at, unhex(@seal), unhex(@hash))`,
    ).run({ ...fields, ...content, hash });
    db.prepare('UPDATE rooms SET head = ?, hash = unhex(?) WHERE name = ?').run(fields.seq, hash, room);
  }).immediate();
  db.close();
  return { id };
}
