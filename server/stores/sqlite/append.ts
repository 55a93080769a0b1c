import type Database from 'better-sqlite3';
import type { Conflict, Deletion } from '../../log/store';
import { COUNT } from './progress';
import type { Row } from './row';

/** A draft on its way to the writer's thread; `detail`, for the audit log, and `roles` are of a deletion alone. */
export type NewRow = readonly [
  room: string,
  id: string,
  visitor: string,
  username: string,
  type: 'new_message' | 'delete_message',
  body: string,
  detail: string,
  roles: NonNullable<Deletion['roles']>,
];

/** What became of it: the seq that it got, or the row that its id had already, or neither. */
export type Outcome = number | Row | Conflict;

/** How the message is found that has an id. */
export const BY_ID = 'SELECT * FROM entries WHERE room = ? AND id = ?';

/** Prepares the one transaction that writes messages; it returns when they are on the disk. */
export function prepareAppend(db: Database.Database): (drafts: readonly NewRow[], at: number) => Outcome[] {
  const readById = db.prepare<[string, string], Row>(BY_ID);
  const readHead = db.prepare<[string], number>('SELECT head FROM rooms WHERE name = ?').pluck();
  const writeHead = db.prepare<[string, number, number]>(
    `INSERT INTO rooms (name, head, at) VALUES (?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET head = excluded.head, at = excluded.at`,
  );
  const insert = db.prepare<[string, number, string, string, string, string, string, number]>(
    `INSERT INTO entries (room, seq, type, id, visitor, username, body, at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (room, id) DO NOTHING`,
  );
  const erase = db.prepare<[string, string]>(
    `UPDATE entries SET type = 'deleted', body = '' WHERE room = ? AND id = ? AND type = 'new_message'`,
  );
  const audit = db.prepare<[number, string, string, string]>(
    `INSERT INTO audit (at, visitor, action, target, detail) VALUES (?, ?, 'delete_message', ?, ?)`,
  );
  const readRole = db.prepare<[string], string>('SELECT role FROM visitors WHERE id = ?').pluck();
  const count = db.prepare(COUNT);
  const write = db.transaction((drafts: readonly NewRow[], at: number): Outcome[] => {
    const heads = new Map<string, number>();
    const outcomes = drafts.map(([room, id, visitor, username, type, body, detail, roles]): Outcome => {
      if (type === 'delete_message') {
        if (roles.some(([who, role]) => (readRole.get(who) ?? 'guest') !== role)) return 'outdated';
        if (erase.run(room, body).changes === 0) return 'conflict';
        audit.run(at, visitor, body, detail);
      }
      const seq = (heads.get(room) ?? readHead.get(room) ?? 0) + 1;
      if (insert.run(room, seq, type, id, visitor, username, body, at).changes > 0) {
        heads.set(room, seq);
        return seq;
      }
      const known = readById.get(room, id)!;
      // Of one that was deleted, nobody can say what it said.
      return known.body === body || known.type === 'deleted' ? known : 'conflict';
    });
    heads.forEach((head, room) => writeHead.run(room, head, at));
    count.run();
    return outcomes;
  });
  return (drafts, at) => write.immediate(drafts, at);
}
