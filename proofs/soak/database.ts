import { join } from 'node:path';
import { createTemporaryFolder } from '../../__tests__/support/temporary-folder';
import { startNats, type NatsServer } from '../../__tests__/support/nats';
import { createDatabase, type TestDatabase } from '../../__tests__/support/postgres';
import { hasPostgres } from '../../__tests__/support/postgres-programs';
import { startProxy, type Proxy } from '../../__tests__/support/proxy';

/** The database of a run. */
export interface RunDatabase {
  /** The settings of each node. */
  env: readonly Record<string, string>[];
  /** What stands between the nodes and PostgreSQL. */
  postgres?: PostgresAccess;
  close: () => Promise<void>;
}

/** The ways of the nodes to PostgreSQL: for each node, one for queries and one for LISTEN. */
export interface PostgresAccess {
  database: TestDatabase;
  queries: readonly Proxy[];
  listens: readonly Proxy[];
  /** What carries the hints between the nodes in place of LISTEN. */
  nats?: NatsServer | undefined;
}

/** How nodes learn that a room has grown. */
export const BELLS = { notify: async () => undefined, nats: startNats } satisfies Record<
  string,
  () => Promise<NatsServer | undefined>
>;

export type BellName = keyof typeof BELLS;

export const DATABASES = { sqlite: openSqlite, postgres: openPostgres } satisfies Record<
  string,
  (nodes: number, bell: BellName) => Promise<RunDatabase>
>;

export type DatabaseName = keyof typeof DATABASES;

async function openSqlite(nodes: number): Promise<RunDatabase> {
  if (nodes > 1) throw new Error('A SQLite file has one node. Several need --database postgres.');
  const { path, remove } = createTemporaryFolder();
  return { env: [{ DATABASE: join(path, 'parley.db') }], close: async () => remove() };
}

async function openPostgres(nodes: number, bell: BellName): Promise<RunDatabase> {
  if (!hasPostgres) throw new Error('PostgreSQL is missing: install its package, which brings initdb.');
  const nats = await BELLS[bell]();
  const database = await createDatabase();
  const start = () => Promise.all(Array.from({ length: nodes }, () => startProxy(database.url)));
  const [queries, listens] = [await start(), await start()];
  return {
    env: queries.map((proxy, i) => ({
      DATABASE_URL: through(proxy, database.url),
      DATABASE_LISTEN_URL: through(listens[i]!, database.url),
      ...(nats && { NATS_URL: nats.url }),
    })),
    postgres: { database, queries, listens, nats },
    close: async () => {
      await Promise.all([...queries, ...listens].map((proxy) => proxy.close()));
      await nats?.close();
      await database.remove();
    },
  };
}

/** Returns the URL of a database behind a proxy. */
function through(proxy: Proxy, url: string): string {
  const address = new URL(url);
  address.port = new URL(proxy.url).port;
  return address.href;
}
