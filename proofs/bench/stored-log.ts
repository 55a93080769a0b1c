import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MESSAGE } from '../../server/entry-kinds';
import { openDatabase } from '../../server/stores/sqlite/database';

/** A database file with a stored log. */
export interface StoredLog {
  file: string;
  remove: () => void;
}

/** The room of the log. */
export const ROOM = 'history';
/** When the log begins, as Unix time in ms; each message is 1 ms later than the one before. */
const FIRST_AT = 1_700_000_000_000;

/** Creates a database with a room of so many messages, as the server would have written them. */
export function createStoredLog(messages: number): StoredLog {
  const folder = mkdtempSync(join(tmpdir(), 'parley-bench-'));
  const file = join(folder, 'parley.db');
  const { db, close } = openDatabase(file);
  // Create the index after the rows: sorted by id, this takes a tenth of the time.
  const index = db
    .prepare("SELECT sql FROM sqlite_schema WHERE name = 'entries_by_id'")
    .pluck()
    .get() as string;
  db.exec('DROP INDEX entries_by_id');
  db.pragma('synchronous = OFF');
  db.pragma('cache_size = -200000');
  db.prepare(
    `WITH RECURSIVE n (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM n WHERE seq < ?)
     INSERT INTO entries (room, seq, type, in_history, id, visitor, username, body, at) SELECT '${ROOM}', seq, '${MESSAGE}', 1,
       substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-4' || substr(h, 13, 3) || '-8' || substr(h, 16, 3) || '-' || substr(h, 19, 12),
       'abcdefghijkl', 'Anonymous', json_object('message', hex(zeroblob(50))), ${FIRST_AT} + seq
     FROM (SELECT seq, lower(hex(randomblob(15))) AS h FROM n)`,
  ).run(messages);
  db.prepare(`INSERT INTO rooms VALUES ('${ROOM}', ?, ?)`).run(messages, FIRST_AT + messages);
  db.exec(index);
  db.pragma('wal_checkpoint(TRUNCATE)');
  close();
  return { file, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
