import type Database from 'better-sqlite3';
import type { Guard, SqlDatabase, Statement, Value } from '../sql/database';
import { openBeside } from './beside';
import { makeDurable } from './durability';
import { prepareGuardedRun } from './guarded-run';

/**
 * A database file to which single transactions are written, while a server may run on it: each waits for the server's, and
 * the server for it. Only for what a server reads anew each time that it needs it: it is not told of changes.
 */
export class SqliteSingleWrites implements SqlDatabase {
  private readonly guardedRun;

  private constructor(private readonly db: Database.Database) {
    makeDurable(db);
    this.guardedRun = prepareGuardedRun(db);
  }

  /** @throws {Error} a sentence an operator can act on. */
  static open(file: string): SqliteSingleWrites {
    return new SqliteSingleWrites(openBeside(file, { readonly: false }));
  }

  async read<Row>(sql: string, ...values: Value[]): Promise<Row[]> {
    return this.db.prepare<unknown[], Row>(sql).all(...values);
  }

  async run(...statements: readonly Statement[]): Promise<void> {
    this.guardedRun([], statements);
  }

  async runGuarded<Conflict extends string>(
    guards: readonly Guard<Conflict>[],
    statements: readonly Statement[],
  ): Promise<'done' | Conflict> {
    return this.guardedRun(guards, statements) as 'done' | Conflict;
  }

  async close(): Promise<void> {
    this.db.close();
  }
}
