import Database from 'better-sqlite3';
import { statSync } from 'node:fs';
import type { Snapshot } from '../sql/snapshot';
import { checkSchema, isCurrent } from './migrate';
import { openingError } from './opening-error';

/** A database file, opened to be read while a server may run on it: its newest committed state, as if time stood still. */
export class SqliteSnapshot implements Snapshot {
  /** @throws {Error} a sentence an operator can act on. */
  static open(file: string): SqliteSnapshot {
    let db: Database.Database | undefined;
    try {
      if (!statSync(file, { throwIfNoEntry: false })?.size) throw new Error('there is none, or it is empty.');
      db = new Database(file, { readonly: true });
      checkSchema(db);
      if (!isCurrent(db))
        throw new Error('it was written by an older version of Parley. Start this version on it once.');
      // The state is that of the first read in the transaction.
      db.exec('BEGIN; SELECT 1 FROM settings');
      return new SqliteSnapshot(db);
    } catch (error) {
      db?.close();
      throw openingError(file, error);
    }
  }

  private constructor(readonly db: Database.Database) {}

  async read<Row>(sql: string, ...values: (string | number | null)[]): Promise<Row[]> {
    return this.db.prepare<unknown[], Row>(sql).all(...values);
  }

  async close(): Promise<void> {
    this.db.close();
  }
}
