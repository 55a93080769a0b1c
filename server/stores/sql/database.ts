import type { Change } from '../../access/control-channel';

/** A value of a column. Hashes are bytes. */
export type Value = string | number | null | Uint8Array;

/** A statement with a `?` for each of its values. */
export type Statement = readonly [sql: string, ...values: Value[]];

/** A query that must return a row for a transaction to be committed, and the name of the conflict if it does not. */
export type Guard<Conflict extends string = string> = readonly [conflict: Conflict, query: Statement];

/**
 * A relational database. Its statements are valid, and mean the same, in SQLite and in PostgreSQL: the columns are texts
 * and integers of 64 bits, a value is compared with a column, and a condition is read by `Boolean()`.
 */
export interface SqlDatabase {
  /** Returns the rows of a query, in one committed state. The texts of queries are a fixed set: each stays prepared. */
  read<Row>(sql: string, ...values: Value[]): Promise<Row[]>;
  /** Runs statements in one transaction. Resolves once it is durable. */
  run(...statements: readonly Statement[]): Promise<void>;
  /**
   * Checks the guards in order and, if all hold, runs the statements: in one transaction, and as if no other ran
   * meanwhile.
   * @param change announced once it is committed. One of access is announced as well if the outcome is unknown: the
   *   commit may have reached the disk.
   * @returns `done` once it is durable and subscribers to the control channel have handled the change, or the conflict of
   *   the first guard that does not hold.
   */
  runGuarded<Conflict extends string>(
    guards: readonly Guard<Conflict>[],
    statements: readonly Statement[],
    change?: Change,
  ): Promise<'done' | Conflict>;
}
