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

  it('tells a node that was away for longer than changes are kept that it has missed some', async () => {
    const names = namesOf(two);
    const missed = new Promise<void>((resolve) => two.control.onMissed(resolve));
    // Five changes that are removed already.
    await database.query("UPDATE counters SET value = value + 5 WHERE name = 'changes'");
    await missed;
    await rename(one, 'next');
    expect(await names.next()).toBe('next');
  });

  it('removes changes that are older than an hour, and no others', async () => {
    await rename(one, 'recent');
    await database.query('INSERT INTO changes (version, change, at) VALUES (0, $1, $2)', '{}', 0);
    const third = await openStores(settingsOf(database.url));
    const versions = async () => (await database.query('SELECT version FROM changes')).length;
    while ((await versions()) > 1);
    expect(await database.query('SELECT version::int FROM changes')).toEqual([{ version: 1 }]);
    await third.close();
  });
});
