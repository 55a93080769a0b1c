import type { Pool, QueryConfig } from 'pg';
import { databaseClosed, unavailable } from '../unavailable';

/**
 * PostgreSQL's codes for a database that can't be used just now: connection, resources, shutdown, timeouts, a disk, a
 * standby that only reads, and transactions that got in each other's way.
 */
const TRANSIENT = /^(08|25006|25P03|40|53|55P03|57|58)/;

/** Runs one statement, by itself a transaction. @returns its rows. */
export async function query<Row>(pool: Pool, statement: QueryConfig): Promise<Row[]> {
  try {
    return (await pool.query(statement)).rows as Row[];
  } catch (error) {
    throw poolError(pool, error);
  }
}

/** Returns the error of a statement, or of a connection for it. A pool that is closed on purpose is no fault to report. */
export function poolError(pool: Pool, error: unknown): unknown {
  return pool.ending ? databaseClosed() : statementError(error);
}

/** Returns the error of a statement: a refusal if it may succeed later, otherwise a fault of the server. */
export function statementError(error: unknown): unknown {
  const { code, severity } = error as { code?: string; severity?: string };
  // One that PostgreSQL has not sent comes from the connection.
  return severity === undefined || TRANSIENT.test(code ?? '') ? unavailable(error) : error;
}
