import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePort, isListening } from '../../../../proofs/ports';
import { openStores } from '../../../../server/stores/open';
import { createTemporaryFolder, type TemporaryFolder } from '../../../support/temporary-folder';
import { settingsOf } from '../../../support/backends';
import { messageDraft } from '../../../support/drafts';
import { createDatabase, type TestDatabase } from '../../../support/postgres';
import { hasPostgres } from '../../../support/postgres-programs';

/** Whether this machine has PgBouncer. With `CI` set it must be there. */
const hasPooler =
  hasPostgres && (spawnSync('pgbouncer', ['--version']).error === undefined || process.env.CI !== undefined);
if (!hasPooler) console.error('The tests behind PgBouncer are skipped: pgbouncer or PostgreSQL is missing.');

let database: TestDatabase;
let folder: TemporaryFolder;
let pooler: ChildProcess;
/** The address of the database through the pooler. */
let pooled: string;

(hasPooler ? describe : describe.skip)('a database behind PgBouncer, which pools transactions', () => {
  beforeEach(async () => {
    database = await createDatabase();
    folder = createTemporaryFolder();
    const { port: databasePort, username, password } = new URL(database.url);
    const port = await findFreePort();
    pooled = database.url.replace(databasePort, String(port));
    writeFileSync(join(folder.path, 'users'), `"${username}" "${password}"\n`);
    const settings = [
      '[databases]',
      `* = host=127.0.0.1 port=${databasePort}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = md5',
      `auth_file = ${join(folder.path, 'users')}`,
      'pool_mode = transaction',
      'default_pool_size = 3',
    ];
    writeFileSync(join(folder.path, 'settings'), settings.join('\n'));
    // It refuses to run as root as well.
    const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
    chmodSync(folder.path, 0o755);
    pooler = spawn('pgbouncer', [...user, join(folder.path, 'settings')], { stdio: 'ignore' });
    while (!(await isListening(port)));
  });
  afterEach(async () => {
    pooler.kill();
    await once(pooler, 'exit');
    folder.remove();
    await database.remove();
  });

  it('serves several nodes, where notifications go past it', async () => {
    const settings = settingsOf(pooled, { listenUrl: database.url });
    const [one, two] = await Promise.all([openStores(settings), openStores(settings)]);
    const rung = new Promise<string>((resolve) => two.log.onCommit(resolve));
    await one.log.append([messageDraft('first')], new Date());
    expect(await rung).toBe('lobby');
    const appending = Array.from({ length: 40 }, (_, i) =>
      (i % 2 ? one : two).log.append(
        [messageDraft(String(i)), messageDraft('x', { room: 'other' })],
        new Date(),
      ),
    );
    await Promise.all(appending);
    expect((await two.log.after('lobby', 0, 100)).entries).toHaveLength(41);
    const claims = [one, two].map(({ visitors }, i) => visitors.claim(String(i), 'Masha', 'masha', 0, 0));
    expect((await Promise.all(claims)).sort()).toEqual(['done', 'name_taken']);
    await Promise.all([one.close(), two.close()]);
  });

  it('is refused where notifications would go through it, since none would arrive', async () => {
    await expect(openStores(settingsOf(pooled))).rejects.toThrow(/no notification arrives from it/);
  });
});
