import type Database from 'better-sqlite3';
import type { Value } from '../sql/database';
import type { Snapshot } from '../sql/snapshot';
import { openBeside } from './beside';

/** The most damage that is described. */
const DAMAGE_MAX = 10;

/** A database file, opened to be read while a server may run on it: its newest committed state, as if time stood still. */
export class SqliteSnapshot implements Snapshot {
  /** @throws {Error} a sentence an operator can act on. */
  static open(file: string): SqliteSnapshot {
    const db = openBeside(file, { readonly: true });
    // The state is that of the first read in the transaction.
    db.exec('BEGIN; SELECT 1 FROM settings');
    return new SqliteSnapshot(db);
  }

  /** @param db closed with this. */
  constructor(readonly db: Database.Database) {}

  async read<Row>(sql: string, ...values: Value[]): Promise<Row[]> {
    return this.db.prepare<unknown[], Row>(sql).all(...values);
  }

  async findDamage(): Promise<string[]> {
    // A quick check does not compare the indexes, from which SQLite also reads the room and the seq of an entry.
    const found = this.db.prepare<[], string>(`PRAGMA integrity_check(${DAMAGE_MAX})`).pluck().all();
    return found.filter((line) => line !== 'ok').map((line) => line.replaceAll('\n', ' '));
  }

  async close(): Promise<void> {
    this.db.close();
  }
}
