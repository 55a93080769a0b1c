import { spawn } from 'node:child_process';
import { Client } from 'pg';
import { openStores } from '../../../../server/stores/open';
import { describeUrl } from '../../../../server/stores/postgres/explain';
import { checkVersion, MIGRATION_LOCK } from '../../../../server/stores/postgres/migrate';
import { MIGRATIONS } from '../../../../server/stores/postgres/schema';
import { settingsOf } from '../../../support/backends';
import { describePostgres } from '../../../support/describe-postgres';
import { createDatabase, type TestDatabase } from '../../../support/postgres';
import { startProcess } from '../../../support/process';

let database: TestDatabase;

/** Opens a database that can't be opened. Returns the sentence. */
const refusal = async (url: string, listenUrl = url): Promise<string> => {
  const opening = openStores(settingsOf(url, { listenUrl }));
  return opening.then(
    () => 'opened',
    (error: Error) => error.message,
  );
};

describePostgres('opening a PostgreSQL database', () => {
  beforeEach(async () => (database = await createDatabase()));
  afterEach(() => database.remove());

  const changed = (change: (url: URL) => void): string => {
    const url = new URL(database.url);
    change(url);
    return url.href;
  };

  it.each([
    ['nothing listens', (url: URL) => (url.port = '1'), /nothing listens there\. Start PostgreSQL/],
    [
      'the password is wrong',
      (url: URL) => (url.password = 'secret'),
      /the user or the password is wrong\.$/,
    ],
    [
      'the database is missing',
      (url: URL) => (url.pathname = '/none'),
      /there is no such database\. Create it/,
    ],
    ['the host is unknown', (url: URL) => (url.host = 'none.invalid'), /its host is unknown\.$/],
  ])('explains that %s, without the password', async (_what, change, reason) => {
    const url = changed((address) => void change(address));
    const sentence = await refusal(url);
    expect(sentence).toMatch(reason);
    expect(sentence).toContain(`The database ${describeUrl(url)} can't be opened: `);
    expect(sentence).not.toContain(new URL(url).password);
  });

  it('explains that notifications of another database do not arrive, as behind a pooler', async () => {
    const other = await createDatabase();
    expect(await refusal(database.url, other.url)).toMatch(
      /no notification arrives from it\. .* set DATABASE_LISTEN_URL .*, or set NATS_URL\.$/,
    );
    await other.remove();
  });

  it('refuses the tables of another program, and leaves them as they were', async () => {
    await database.query('CREATE TABLE visitors (name text)');
    expect(await refusal(database.url)).toMatch(/it already has tables, which are not those of Parley/);
    const tables = await database.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
    expect(tables).toEqual([{ tablename: 'visitors' }]);
  });

  it('refuses a database of a newer version, and one in another encoding', async () => {
    await (await openStores(settingsOf(database.url))).close();
    await database.query('UPDATE schema_version SET version = $1', MIGRATIONS.length + 1);
    expect(await refusal(database.url)).toMatch(/it was written by a newer version of Parley\.$/);
    const latin = `${database.name}_latin`;
    const create = `CREATE DATABASE ${latin} ENCODING LATIN1 LOCALE 'C' TEMPLATE template0`;
    await database.query(create);
    expect(await refusal(database.server.urlOf(latin))).toMatch(/its encoding is LATIN1\. Create one with/);
    await database.query(`DROP DATABASE ${latin}`);
  });

  it('refuses a server that is too old', () => {
    expect(() => checkVersion(120_022)).toThrow('it is PostgreSQL 12. Parley needs 13 or later.');
    expect(() => checkVersion(130_000)).not.toThrow();
  });

  it('migrates once, whichever of several processes starts first, and gives all the same history', async () => {
    const nodes = await Promise.all(Array.from({ length: 5 }, () => openStores(settingsOf(database.url))));
    const epochs = await Promise.all(nodes.map(async ({ log }) => (await log.head('lobby')).epoch));
    const keys = await Promise.all(nodes.map(({ visitors }, i) => visitors.signingKey(`key ${i}`)));
    expect([new Set(epochs).size, new Set(keys).size]).toEqual([1, 1]);
    expect(await database.query('SELECT version FROM schema_version')).toEqual([
      { version: MIGRATIONS.length },
    ]);
    await Promise.all(nodes.map((stores) => stores.close()));
  });

  it.each(['serializable', 'repeatable read'])(
    'migrates once where transactions are %s unless they say otherwise',
    async (level) => {
      await database.query(`ALTER DATABASE ${database.name} SET default_transaction_isolation = '${level}'`);
      const nodes = await Promise.all(Array.from({ length: 5 }, () => openStores(settingsOf(database.url))));
      await Promise.all(nodes.map((stores) => stores.close()));
    },
  );

  it('waits for the migration of another process, for longer than statements may take', async () => {
    const other = new Client(database.url);
    await other.connect();
    await other.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    let isOpen = false;
    const opening = openStores(settingsOf(database.url, { statementTimeout: 100 })).finally(
      () => (isOpen = true),
    );
    const sessions = 'SELECT pid, wait_event FROM pg_stat_activity WHERE datname = current_database()';
    const isWaiting = async () =>
      (await database.query(sessions)).some(({ wait_event: event }) => event === 'advisory');
    while (!(await isWaiting()));
    const began = performance.now();
    // The pool gives up on an answer a second later than the database.
    while (!isOpen && performance.now() - began < 1_500) await isWaiting();
    expect(isOpen).toBe(false);
    await other.end();
    await (await opening).close();
  });

  it('prints where the data is, without the password', async () => {
    const server = await startProcess({ DATABASE_URL: database.url });
    await server.end('SIGTERM');
    const { password } = new URL(database.url);
    expect(server.lines.at(-1)).toBe(`Its database is ${describeUrl(database.url)}`);
    expect(server.lines.join()).not.toContain(password);
  });
});

describePostgres('the PostgreSQL of the tests', () => {
  it('ends when the process of the tests is killed', async () => {
    const source = `
      require(${JSON.stringify(require.resolve('ts-node/register/transpile-only'))});
      require(${JSON.stringify(require.resolve('../../../support/postgres'))})
        .startPostgres().then(({ port }) => console.log(port));
      setInterval(() => undefined, 1_000);`;
    const child = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'pipe', 'inherit'] });
    const port = await new Promise<string>((resolve) =>
      child.stdout.once('data', (data) => resolve(String(data))),
    );
    const url = `postgres://parley:x@127.0.0.1:${port.trim()}/postgres`;
    expect(await refusal(url)).toMatch(/password is wrong/);
    child.kill('SIGKILL');
    while (!/nothing listens/.test(await refusal(url)));
  });
});
