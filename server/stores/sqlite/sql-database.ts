import type Database from 'better-sqlite3';
import type { Change } from '../../access/control-channel';
import type { Guard, SqlDatabase, Statement, Value } from '../sql/database';
import type { SqliteControl } from './control';
import { reading } from './unavailable';
import type { Writer } from './writer';

/** The relational side of a SQLite file: reads on a connection, and writes on the writer's thread. */
export class SqliteDatabase implements SqlDatabase {
  /** The prepared queries, by their texts. */
  private readonly queries = new Map<string, Database.Statement<unknown[]>>();

  constructor(
    private readonly db: Database.Database,
    private readonly writer: Writer,
    private readonly control: SqliteControl,
  ) {}

  async read<Row>(sql: string, ...values: Value[]): Promise<Row[]> {
    let query = this.queries.get(sql);
    if (!query) this.queries.set(sql, (query = this.db.prepare(sql)));
    const prepared = query;
    return reading(() => prepared.all(...values) as Row[]);
  }

  run(...statements: readonly Statement[]): Promise<void> {
    return this.writer.run(...statements);
  }

  async runGuarded<Conflict extends string>(
    guards: readonly Guard<Conflict>[],
    statements: readonly Statement[],
    change?: Change,
  ): Promise<'done' | Conflict> {
    // Unless it says otherwise, the outcome is unknown.
    let mustAnnounce = change?.type === 'change_access';
    try {
      const outcome = await this.writer.runGuarded(guards, ...statements);
      mustAnnounce = outcome === 'done';
      return outcome;
    } finally {
      if (change && mustAnnounce) await this.control.announce(change);
    }
  }
}
