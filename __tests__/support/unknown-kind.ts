import { randomUUID } from 'node:crypto';
import { createSalts, hashAfter } from '../../server/log/chain';
import type { Place } from './places';

/**
 * Writes an entry of an unknown kind into a room, as a newer version would. It rings no bell: readers find it with the
 * next entry.
 * @param database may be that of a running server.
 */
export async function writeUnknownKind(database: Place, room: string): Promise<{ id: string }> {
  const id = randomUUID();
  const [last] = (await database.query('SELECT head, hash FROM rooms WHERE name = ?', room)) as {
    head: number;
    hash: Buffer;
  }[];
  const fields = { room, seq: last!.head + 1, id, visitor: 'v', username: 'Masha', at: 0 };
  const content = { type: 'pin_message', body: '{"message":"secret","seq":0}', seal: createSalts(1)[0]! };
  const hash = Buffer.from(hashAfter(last!.hash.toString('hex'), { ...fields, ...content }), 'hex');
  const row = { ...fields, ...content, in_history: 1, seal: Buffer.from(content.seal, 'hex'), hash };
  const columns = Object.keys(row);
  await database.query(
    `INSERT INTO entries (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    ...Object.values(row),
  );
  // Nothing reads the room in between.
  await database.query('UPDATE rooms SET head = ?, hash = ? WHERE name = ?', fields.seq, hash, room);
  return { id };
}
