import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { findFreePort } from '../../proofs/ports';
import { connectionConfig } from '../../server/stores/postgres/pool';
import { migrate } from '../../server/stores/postgres/migrate';
import { POSTGRES_PROGRAMS } from './postgres-programs';

/** A private PostgreSQL, shared by the tests of one process. */
export interface PostgresServer {
  port: number;
  /** Returns the URL of one of its databases. */
  urlOf: (database: string) => string;
  /** Runs `pg_ctl` with the arguments, such as `restart -m immediate`. */
  control: (...args: string[]) => Promise<void>;
}

/** A database of one test. */
export interface TestDatabase {
  url: string;
  name: string;
  server: PostgresServer;
  /** Runs SQL in it, beside the server that is tested. Returns the rows. */
  query: <Row = Record<string, unknown>>(sql: string, ...values: unknown[]) => Promise<Row[]>;
  remove: () => Promise<void>;
}

/** The name of the only role. */
const USER = 'parley';
/** PostgreSQL refuses to run as root, so then it runs as the first of these users that there is. */
const UNPRIVILEGED = ['postgres', 'nobody'];

/** The database that those with the current schema are copies of. */
const TEMPLATE = 'migrated';

/** Creates an empty database. */
export function createDatabase(): Promise<TestDatabase> {
  return copyDatabase('template1');
}

/** Creates a database with the current schema, and otherwise empty: faster than a migration by each test. */
export async function createMigratedDatabase(): Promise<TestDatabase> {
  await (preparing ??= prepareTemplate());
  return copyDatabase(TEMPLATE);
}

async function copyDatabase(template: string): Promise<TestDatabase> {
  const server = await startPostgres();
  const name = `test_${randomBytes(6).toString('hex')}`;
  await queryOnce(server.urlOf('postgres'), `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = server.urlOf(name);
  return {
    url,
    name,
    server,
    query: (sql, ...values) => queryOnce(url, sql, values),
    remove: async () => {
      await queryOnce(server.urlOf('postgres'), `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

let preparing: Promise<void> | undefined;

/** Migrates the template, unless another test file has done so on this server. */
async function prepareTemplate(): Promise<void> {
  const { urlOf } = await startPostgres();
  const run = (sql: string) => queryOnce(urlOf('postgres'), sql);
  if ((await run(`SELECT 1 FROM pg_database WHERE datname = '${TEMPLATE}'`)).length > 0) return;
  await run('CREATE DATABASE unfinished');
  await migrate(urlOf('unfinished'));
  await run(`ALTER DATABASE unfinished RENAME TO ${TEMPLATE}`);
}

let starting: Promise<void> | undefined;

/** Returns the server of this process; starts it if none has yet. It ends when the process does. */
export async function startPostgres(): Promise<PostgresServer> {
  // Each test file has modules of its own, so the file system is what they share.
  const folder = join(tmpdir(), `parley-pg-${process.pid}`);
  if (!existsSync(join(folder, 'server.json'))) await (starting ??= startIn(folder));
  const { port, password } = JSON.parse(readFileSync(join(folder, 'server.json'), 'utf8')) as {
    port: number;
    password: string;
  };
  return {
    port,
    urlOf: (database) => `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`,
    control: async (...args) => {
      const child = spawn(join(POSTGRES_PROGRAMS!, 'pg_ctl'), ['-D', join(folder, 'data'), '-w', ...args], {
        ...unprivilegedUser(),
        cwd: folder,
        stdio: 'ignore',
      });
      const [code] = (await once(child, 'exit')) as [number];
      if (code !== 0) throw new Error(`pg_ctl ${args.join(' ')} ended with ${code}.`);
    },
  };
}

async function startIn(folder: string): Promise<void> {
  const port = await findFreePort();
  const password = randomBytes(12).toString('hex');
  const settings = {
    folder,
    bin: POSTGRES_PROGRAMS,
    port,
    password,
    user: unprivilegedUser(),
    watched: process.pid,
  };
  const script = join(__dirname, 'postgres-server.mjs');
  const child = spawn(process.execPath, [script, JSON.stringify(settings)], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error('PostgreSQL could not be started.'))),
  ]);
  child.stdout.destroy();
  child.unref();
  writeFileSync(join(folder, 'server.json'), JSON.stringify({ port, password }), { mode: 0o600 });
}

/** Returns the user to run PostgreSQL as, if this one is root. */
function unprivilegedUser(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const [, , uid, gid] = UNPRIVILEGED.map((name) => users.find(([user]) => user === name)).find(Boolean)!;
  return { uid: Number(uid), gid: Number(gid) };
}

async function queryOnce<Row>(url: string, sql: string, values: unknown[] = []): Promise<Row[]> {
  const client = new Client(connectionConfig(url));
  await client.connect();
  try {
    return (await client.query(sql, values)).rows as Row[];
  } finally {
    await client.end();
  }
}
