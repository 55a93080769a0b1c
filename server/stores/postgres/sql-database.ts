import type { Pool, QueryConfig, QueryResult } from 'pg';
import type { Change } from '../../access/control-channel';
import type { Guard, SqlDatabase, Statement, Value } from '../sql/database';
import { LOCK_CHANGES } from './append-queries';
import type { PostgresControl } from './control';
import { query } from './query';
import type { Plan, Transactions } from './transaction';
import { Turns } from './turns';

const COUNT_CHANGE = "UPDATE counters SET value = $1 WHERE name = 'changes'";
const INSERT_CHANGE = 'INSERT INTO changes (version, change, at) VALUES ($1, $2, $3)';

/** The relational side of a PostgreSQL database. */
export class PostgresDatabase implements SqlDatabase {
  /** The queries with numbered parameters, by their texts. */
  private readonly queries = new Map<string, string>();
  /** Guarded writes wait for each other in the database, and those of this process here: they would hold all connections. */
  private readonly turns = new Turns();

  constructor(
    private readonly pool: Pool,
    private readonly transactions: Transactions,
    private readonly control: PostgresControl,
  ) {}

  async read<Row>(sql: string, ...values: Value[]): Promise<Row[]> {
    return query<Row>(this.pool, this.queryOf([sql, ...values]));
  }

  async run(...statements: readonly Statement[]): Promise<void> {
    const writes = statements.map((statement) => this.queryOf(statement));
    await this.transactions.run([], () => ({ result: undefined, writes }));
  }

  async runGuarded<Conflict extends string>(
    guards: readonly Guard<Conflict>[],
    statements: readonly Statement[],
    change?: Change,
  ): Promise<'done' | Conflict> {
    let version: number | undefined;
    try {
      const reads = guards.map(([, query]) => this.queryOf(query));
      // All guarded writes take turns, so what the guards have read still holds at the commit.
      const plan = ([counter, ...found]: readonly QueryResult[]): Plan<'done' | Conflict> => {
        const failed = found.findIndex(({ rows }) => rows.length === 0);
        if (failed >= 0) return { result: guards[failed]![0], writes: [] };
        const writes = statements.map((statement) => this.queryOf(statement));
        if (!change) return { result: 'done', writes };
        version = (counter!.rows[0] as { value: number }).value + 1;
        return { result: 'done', writes: [...writes, ...changeQueries(version, change)] };
      };
      const outcome = await this.turns.run(() => this.transactions.run([LOCK_CHANGES, ...reads], plan));
      if (outcome === 'done' && version !== undefined) await this.control.announce(version);
      return outcome;
    } catch (error) {
      if (change) this.control.request();
      throw error;
    }
  }

  private queryOf([sql, ...values]: Statement): QueryConfig {
    let text = this.queries.get(sql);
    if (text === undefined) this.queries.set(sql, (text = numberParameters(sql)));
    return { text, values: values.map(storable) };
  }
}

function changeQueries(version: number, change: Change): QueryConfig[] {
  return [
    { text: COUNT_CHANGE, values: [version] },
    { text: INSERT_CHANGE, values: [version, JSON.stringify(change), Date.now()] },
  ];
}

/** Returns a value as it can be stored: PostgreSQL refuses texts with NUL, which no text that is looked for has either. */
function storable(value: Value): Value {
  return typeof value === 'string' ? value.replaceAll('\0', '\ufffd') : value;
}

/** Returns a statement with `$1`, `$2` … in place of each `?`. No text in it holds a question mark. */
export function numberParameters(sql: string): string {
  let count = 0;
  return sql.replaceAll('?', () => `$${(count += 1)}`);
}
