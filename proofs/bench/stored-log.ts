import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MESSAGE } from '../../server/entry-kinds';
import { openDatabase } from '../../server/stores/sqlite/database';
import { addFunctions } from '../../server/stores/sqlite/migration-functions';

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
  addFunctions(db);
  // Create the index after the rows: sorted by id, this takes a tenth of the time.
  const index = db
    .prepare("SELECT sql FROM sqlite_schema WHERE name = 'entries_by_id'")
    .pluck()
    .get() as string;
  db.exec('DROP INDEX entries_by_id');
  db.pragma('synchronous = OFF');
  db.pragma('cache_size = -200000');
  db.prepare(
    `WITH RECURSIVE n (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM n WHERE seq < ?),
       random AS MATERIALIZED (SELECT seq, lower(hex(randomblob(15))) AS h FROM n),
       message AS MATERIALIZED (SELECT seq, ${FIRST_AT} + seq AS at, json_object('message', hex(zeroblob(50))) AS body,
         substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-4' || substr(h, 13, 3) || '-8' || substr(h, 16, 3) || '-' || substr(h, 19, 12) AS id
         FROM random),
       linked AS MATERIALIZED (
         SELECT *, link('${ROOM}', seq, id, 'abcdefghijkl', 'Anonymous', at, '${MESSAGE}', body) AS link FROM message)
     INSERT INTO entries (room, seq, type, in_history, id, visitor, username, body, at, seal, hash)
     SELECT '${ROOM}', seq, '${MESSAGE}', 1, id, 'abcdefghijkl', 'Anonymous', body, at,
       unhex(substr(link, 1, 64)), unhex(substr(link, 65)) FROM linked`,
  ).run(messages);
  db.prepare('INSERT INTO rooms SELECT room, seq, at, hash FROM entries WHERE seq = ?').run(messages);
  db.exec(index);
  db.pragma('wal_checkpoint(TRUNCATE)');
  close();
  return { file, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
