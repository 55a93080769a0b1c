import { Pool, types, type ClientConfig } from 'pg';
import type { PostgresSettings } from '../../config/config';

/** How long a new connection may take, or waiting for a free one, in ms. */
const CONNECT_TIMEOUT = 5_000;
/** How much later than the database this process gives up on a statement, in ms: its answer is lost. */
const ANSWER_MARGIN = 1_000;
/** How long a connection is quiet before TCP probes it, in ms. */
const KEEP_ALIVE_DELAY = 10_000;
/** How long a connection may be idle before it is closed, in ms. */
const IDLE_TIMEOUT = 60_000;

/** Reads integers of 64 bits as numbers: seqs, times and counts stay far below 2^53. */
const TYPES: ClientConfig['types'] = {
  getTypeParser: (oid, format) =>
    oid === types.builtins.INT8 ? Number : (types.getTypeParser(oid, format) as (value: string) => unknown),
};

/** Returns what all connections have in common. */
export function connectionConfig(url: string): ClientConfig {
  return {
    connectionString: url,
    fallback_application_name: 'parley',
    connectionTimeoutMillis: CONNECT_TIMEOUT,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY,
    // Statements are sent without waiting for the answers of those before.
    pipeline: true,
    types: TYPES,
  };
}

/**
 * Creates the connections for queries. They hold no state between transactions, so a pooler may be in between: no
 * prepared statements, no session settings, and no locks of a session.
 */
export function createPool({ url, pool: max, statementTimeout }: PostgresSettings): Pool {
  const pool = new Pool({
    ...connectionConfig(url),
    max,
    idleTimeoutMillis: IDLE_TIMEOUT,
    query_timeout: statementTimeout + ANSWER_MARGIN,
  });
  // The pool replaces an idle connection that breaks.
  pool.on('error', () => undefined);
  return pool;
}
