import { Client, type Pool } from 'pg';
import { connectionConfig } from './pool';
import { MIGRATIONS } from './schema';
import type { Transactions } from './transaction';

/** The advisory lock of migrations: an arbitrary number, the same in all versions. */
export const MIGRATION_LOCK = 7_275_539;
/** The oldest version of PostgreSQL that is supported, as `server_version_num` gives it. */
const OLDEST_VERSION = 130_000;

/**
 * Migrates a database to the current schema, in one transaction. Of several processes that start at once, one migrates and
 * the others wait for it.
 * @throws {Error} a sentence for the operator, if it is not a database of Parley or of a newer version.
 */
export async function migrate(url: string): Promise<void> {
  // Not one of the pool, which gives up on an answer: neither a step nor the wait for another process has a limit.
  const client = new Client(connectionConfig(url));
  // The next query fails as well.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await checkServer(client);
    // At a stricter level, what another process has committed during the wait for the lock would not be seen.
    await client.query('BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = 0');
    await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await client.query('CREATE TABLE IF NOT EXISTS schema_version (version integer NOT NULL)');
    const { rows } = await client.query<{ version: number }>('SELECT version FROM schema_version');
    const version = rows[0]?.version ?? 0;
    if (version > MIGRATIONS.length) throw new Error('it was written by a newer version of Parley.');
    for (const step of MIGRATIONS.slice(version)) await client.query(step);
    if (rows.length === 0) await client.query('INSERT INTO schema_version VALUES ($1)', [MIGRATIONS.length]);
    else await client.query('UPDATE schema_version SET version = $1', [MIGRATIONS.length]);
    await client.query('COMMIT');
  } finally {
    // Rolls back what is open.
    await client.end();
  }
}

/** Refuses a server that is too old, only reads, or does not store every text. */
async function checkServer(client: Client): Promise<void> {
  const { rows } = await client.query<{ version: number; encoding: string; standby: boolean }>(
    `SELECT current_setting('server_version_num')::int AS version, pg_is_in_recovery() AS standby,
       current_setting('server_encoding') AS encoding`,
  );
  const { version, encoding, standby } = rows[0]!;
  checkVersion(version);
  if (standby) throw new Error('it is a standby, which only reads. Set DATABASE_URL to the primary.');
  if (encoding !== 'UTF8') {
    throw new Error(`its encoding is ${encoding}. Create one with ENCODING 'UTF8' TEMPLATE template0.`);
  }
}

/** Refuses a server that is too old. @param version as `server_version_num` gives it. */
export function checkVersion(version: number): void {
  if (version >= OLDEST_VERSION) return;
  const [major, oldest] = [version, OLDEST_VERSION].map((number) => Math.floor(number / 10_000));
  throw new Error(`it is PostgreSQL ${major}. Parley needs ${oldest} or later.`);
}

/** Returns a value that is set once in a database's life: the stored one, or `fresh` if there is none yet. */
export async function setting(
  pool: Pool,
  transactions: Transactions,
  name: string,
  fresh: string,
): Promise<string> {
  const insert = {
    text: 'INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING',
    values: [name, fresh],
  };
  // Where transactions are serializable unless they say otherwise, it would fail if another process inserts it.
  await transactions.run([], () => ({ result: undefined, writes: [insert] }));
  const { rows } = await pool.query<{ value: string }>('SELECT value FROM settings WHERE name = $1', [name]);
  return rows[0]!.value;
}
