import { Client } from 'pg';
import { Turns } from '../../../../server/stores/postgres/turns';
import { openStores } from '../../../../server/stores/open';
import { settingsOf } from '../../../support/backends';
import { describePostgres } from '../../../support/describe-postgres';
import { messageDraft } from '../../../support/drafts';
import { createDatabase } from '../../../support/postgres';

describe('turns', () => {
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  it('run one operation at a time, in order, also after one that fails', async () => {
    const turns = new Turns();
    const events: string[] = [];
    const operation = (name: string) => async () => {
      events.push(`begin ${name}`);
      await new Promise(setImmediate);
      events.push(`end ${name}`);
      if (name === 'a') throw new Error('failed');
      return name;
    };
    const results = await Promise.allSettled([...'abc'].map((name) => turns.run(operation(name))));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(events).toEqual(['begin a', 'end a', 'begin b', 'end b', 'begin c', 'end c']);
    expect(await turns.run(operation('d'))).toBe('d');
  });

  it('are refused for the moment to those that wait for too long', async () => {
    jest.useFakeTimers();
    jest.spyOn(console, 'error').mockReturnValue();
    const turns = new Turns();
    let end = (): void => undefined;
    const first = turns.run(() => new Promise<void>((resolve) => (end = resolve)));
    const late = jest.fn();
    const refused = expect(turns.run(late)).rejects.toMatchObject({ code: 'unavailable' });
    await jest.advanceTimersByTimeAsync(5_000);
    await refused;
    end();
    await first;
    expect(await turns.run(() => Promise.resolve('next'))).toBe('next');
    expect(late).not.toHaveBeenCalled();
  });
});

describePostgres('guarded writes that wait for another process', () => {
  it('leave connections to readers and to those who append', async () => {
    const database = await createDatabase();
    const stores = await openStores(settingsOf(database.url, { pool: 3 }));
    const other = new Client(database.url);
    await other.connect();
    await other.query("BEGIN; SELECT value FROM counters WHERE name = 'changes' FOR UPDATE");
    const claims = Array.from({ length: 20 }, (_, i) =>
      stores.visitors.claim(`v${i}`, `name${i}`, `name${i}`, 0, 0),
    );
    const outcomes = Promise.allSettled(claims);
    jest.spyOn(console, 'error').mockReturnValue();
    const isWaiting = async () =>
      (await database.query("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'transactionid'")).length > 0;
    while (!(await isWaiting()));
    await stores.ping();
    await stores.log.append([messageDraft('meanwhile')], new Date());
    expect(await stores.visitors.profileOf('v0')).toBeUndefined();
    await other.end();
    // On a slow machine, some of them have waited for too long.
    await outcomes;
    expect(await stores.visitors.claim('v', 'last', 'last', 0, 0)).toBe('done');
    await stores.close();
    await database.remove();
  });
});
