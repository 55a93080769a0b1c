import type { Pool, QueryConfig } from 'pg';
import { unavailable } from '../unavailable';

/**
 * PostgreSQL's codes for a database that can't be used just now: connection, resources, shutdown, timeouts, a disk, a
 * standby that only reads, and transactions that got in each other's way.
 */
const TRANSIENT = /^(08|25006|25P03|40|53|55P03|57|58)/;
const SQLSTATE = /^[0-9A-Z]{5}$/;

/** Runs one statement, by itself a transaction. @returns its rows. */
export async function query<Row>(pool: Pool, statement: QueryConfig): Promise<Row[]> {
  try {
    return (await pool.query(statement)).rows as Row[];
  } catch (error) {
    throw statementError(error);
  }
}

/** Returns the error of a statement: a refusal if it may succeed later, otherwise a fault of the server. */
export function statementError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code = '' } = error as NodeJS.ErrnoException;
  // Without one of PostgreSQL's codes it comes from the connection.
  return !SQLSTATE.test(code) || TRANSIENT.test(code) ? unavailable(error) : error;
}
