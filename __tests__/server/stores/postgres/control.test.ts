import type { Change } from '../../../../server/access/control-channel';
import { openStores, type Stores } from '../../../../server/stores/open';
import { settingsOf } from '../../../support/backends';
import { describePostgres } from '../../../support/describe-postgres';
import { createDatabase, type TestDatabase } from '../../../support/postgres';
import { startProxy } from '../../../support/proxy';
import { Queue } from '../../../support/queue';

let database: TestDatabase;
let one: Stores;
let two: Stores;

const rename = ({ visitors }: Stores, name: string) => visitors.claim('v', name, name, 0, 0);
/** Returns the names that a node is told of, in order. */
const namesOf = ({ control }: Stores): Queue<string> => {
  const names = new Queue<string>();
  control.onChange(
    (change: Change) => void (change.type === 'change_username' && names.push(change.username)),
  );
  return names;
};

describePostgres('the control channel between nodes on one PostgreSQL', () => {
  beforeEach(async () => {
    database = await createDatabase();
    one = await openStores(settingsOf(database.url));
    two = await openStores(settingsOf(database.url));
  });
  afterEach(async () => {
    await Promise.all([one.close(), two.close()]);
    await database.remove();
  });

  it('applies the changes of all nodes on each of them, in the same order', async () => {
    const [first, second] = [namesOf(one), namesOf(two)];
    await Promise.all(Array.from({ length: 10 }, (_, i) => rename(i % 2 ? one : two, `name${i}`)));
    const seen = [];
    for (let i = 0; i < 10; i += 1) seen.push([await first.next(), await second.next()]);
    expect(seen.map(([name]) => name)).toEqual(seen.map(([, name]) => name));
    expect(new Set(seen.flat()).size).toBe(10);
  });

  it('has applied a change on its own node, and those before it, when it answers', async () => {
    const names = namesOf(one);
    await rename(two, 'earlier');
    await rename(one, 'later');
    expect([await names.next(), await names.next()]).toEqual(['earlier', 'later']);
    expect(names.isEmpty).toBe(true);
  });

  it('reaches a node within a second or so whose notifications are lost', async () => {
    const proxy = await startProxy(database.url);
    const listenUrl = database.url.replace(String(database.server.port), new URL(proxy.url).port);
    const deaf = await openStores(settingsOf(database.url, { listenUrl }));
    const names = namesOf(deaf);
    for (const link of proxy.links) link.stall();
    const committed = performance.now();
    await rename(one, 'banned');
    expect(await names.next()).toBe('banned');
    expect(performance.now() - committed).toBeLessThan(3_000);
    await deaf.close();
    await proxy.close();
  });

  it.each([
    [
      'lacks',
      `WITH lost AS (DELETE FROM changes WHERE version > 1)
       UPDATE counters SET value = 1 WHERE name = 'changes'`,
    ],
    ['has others in place of', `UPDATE changes SET at = at + 1, change = '{}' WHERE version = 2`],
  ])(
    'tells a node of a failover after which the database %s changes that it has applied',
    async (_what, loss) => {
      const names = namesOf(two);
      for (const name of ['a', 'b']) await rename(one, name);
      expect([await names.next(), await names.next()]).toEqual(['a', 'b']);
      const missed = new Promise<void>((resolve) => two.control.onMissed(resolve));
      await database.query(loss);
      await missed;
      await rename(one, 'next');
      expect(await names.next()).toBe('next');
    },
  );

  it('tells a node that one of the changes which it has not applied is removed already', async () => {
    const names = namesOf(two);
    const missed = new Promise<void>((resolve) => two.control.onMissed(resolve));
    const change = (username: string) => JSON.stringify({ type: 'change_username', visitor: 'v', username });
    // The node that made the second one has a clock that is slow by an hour.
    await database.query(
      `WITH made AS (INSERT INTO changes VALUES (1, $1, 0), (3, $2, 0))
       UPDATE counters SET value = 3 WHERE name = 'changes'`,
      change('first'),
      change('third'),
    );
    expect(await names.next()).toBe('first');
    await missed;
    expect(await names.next()).toBe('third');
  });

  it('tells a node that was away for longer than changes are kept that it has missed some', async () => {
    const names = namesOf(two);
    const missed = new Promise<void>((resolve) => two.control.onMissed(resolve));
    // Five changes that are removed already.
    await database.query("UPDATE counters SET value = value + 5 WHERE name = 'changes'");
    await missed;
    await rename(one, 'next');
    expect(await names.next()).toBe('next');
  });

  it('removes changes that are older than an hour, but not the newest', async () => {
    for (const name of ['a', 'b', 'c']) await rename(one, name);
    const versions = () => database.query('SELECT version::int FROM changes ORDER BY version');
    const openUntil = async (count: number): Promise<void> => {
      const third = await openStores(settingsOf(database.url));
      while ((await versions()).length > count);
      await third.close();
    };
    await database.query('UPDATE changes SET at = 0 WHERE version = 1');
    await openUntil(2);
    expect(await versions()).toEqual([{ version: 2 }, { version: 3 }]);
    await database.query('UPDATE changes SET at = 0');
    await openUntil(1);
    expect(await versions()).toEqual([{ version: 3 }]);
  });

  it('refuses a change for the moment that is committed, but can not be applied for lack of a connection', async () => {
    jest.spyOn(console, 'error').mockReturnValue();
    const proxy = await startProxy(database.url);
    const cut = await openStores(
      settingsOf(database.url.replace(String(database.server.port), new URL(proxy.url).port), {
        listenUrl: database.url,
      }),
    );
    // So many connections that none is opened anew.
    await Promise.all(Array.from({ length: 4 }, () => cut.ping()));
    for (const link of proxy.links)
      link.client.on('data', (chunk: Buffer) => chunk.includes('FROM changes') && link.reset());
    await expect(rename(cut, 'committed')).rejects.toMatchObject({ code: 'unavailable' });
    expect(await database.query('SELECT version::int FROM changes')).toEqual([{ version: 1 }]);
    await cut.close();
    await proxy.close();
    jest.restoreAllMocks();
  });
});
