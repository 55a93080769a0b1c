import { Client } from 'pg';
import { Log } from '../../../../server/log/log';
import type { AppendResult, Draft } from '../../../../server/log/store';
import { openStores, type Stores } from '../../../../server/stores/open';
import { settingsOf } from '../../../support/backends';
import { messageDraft } from '../../../support/drafts';
import { textOf } from '../../../support/entry';
import { describePostgres } from '../../../support/describe-postgres';
import { createDatabase, type TestDatabase } from '../../../support/postgres';
import { startProxy, type Proxy } from '../../../support/proxy';
import { Queue } from '../../../support/queue';

const NOW = new Date('2026-11-20T09:00:00.000Z');

let database: TestDatabase;
let proxy: Proxy;
/** The address of the database through the proxy. */
let proxied: string;
let opened: Stores[];

beforeEach(() => jest.spyOn(console, 'error').mockReturnValue());
afterEach(() => jest.restoreAllMocks());

const open = async (url: string, more = {}): Promise<Stores> => {
  const stores = await openStores(settingsOf(url, more));
  opened.push(stores);
  return stores;
};
const append = async ({ log }: Stores, draft: Draft): Promise<AppendResult> =>
  (await log.append([draft], NOW))[0] as AppendResult;
const idsIn = async ({ log }: Stores): Promise<string[]> =>
  (await log.after('lobby', 0, 100_000)).entries.map(({ id }) => id);
/** Appends until it succeeds, as a client does that gets no acknowledgement. */
const appendAtLast = async (stores: Stores, draft: Draft): Promise<AppendResult> => {
  for (;;) {
    try {
      return await append(stores, draft);
    } catch {
      await new Promise(setImmediate);
    }
  }
};

describePostgres('a log in PostgreSQL', () => {
  beforeEach(async () => {
    database = await createDatabase();
    proxy = await startProxy(database.url);
    proxied = database.url.replace(String(database.server.port), new URL(proxy.url).port);
    opened = [];
  });
  afterEach(async () => {
    await Promise.all(opened.map((stores) => stores.close()));
    await proxy.close();
    await database.remove();
  });

  it('answers its checks while all connections for queries wait for a lock', async () => {
    const stores = await open(database.url, { pool: 2 });
    const other = new Client(database.url);
    await other.connect();
    await other.query('BEGIN; LOCK TABLE entries');
    let waiting = 4;
    const reads = Array.from({ length: waiting }, () => idsIn(stores).finally(() => (waiting -= 1)));
    await stores.ping();
    expect(waiting).toBe(4);
    await other.end();
    await Promise.all(reads);
  });

  it('keeps all that it has acknowledged when the server is restarted under load, and goes on by itself (F17)', async () => {
    const nodes = await Promise.all([open(database.url), open(database.url)]);
    const acknowledged: string[] = [];
    let isOver = false;
    const write = async (stores: Stores): Promise<void> => {
      while (!isOver) {
        const draft = messageDraft('x');
        await append(stores, draft).then(
          () => acknowledged.push(draft.id),
          () => undefined,
        );
        await new Promise(setImmediate);
      }
    };
    const writers = nodes.flatMap((stores) => [write(stores), write(stores)]);
    await appendAtLast(nodes[0], messageDraft('before'));
    await database.server.control('-m', 'immediate', 'restart');
    const restarted = performance.now();
    await Promise.all(nodes.map((stores) => appendAtLast(stores, messageDraft('after'))));
    expect(performance.now() - restarted).toBeLessThan(5_000);
    isOver = true;
    await Promise.all(writers);
    const ids = await idsIn(nodes[1]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(acknowledged.filter((id) => !ids.includes(id))).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(10);
  });

  it('acknowledges nothing whose commit got no answer, and stores it once when it is sent again (F18)', async () => {
    const stores = await open(proxied);
    await append(stores, messageDraft('first'));
    const draft = messageDraft('unknown');
    for (const link of proxy.links) {
      // The commit reaches the server; its answer does not reach the client.
      link.client.on('data', (chunk: Buffer) => chunk.includes('COMMIT\0') && link.dropFromServer());
    }
    const appending = append(stores, draft);
    appending.catch(() => undefined);
    const isStored = async () =>
      (await database.query('SELECT 1 FROM entries WHERE id = $1', draft.id)).length > 0;
    while (!(await isStored()));
    for (const link of proxy.links) link.reset();
    await expect(appending).rejects.toMatchObject({ code: 'unavailable' });
    expect(await append(stores, draft)).toMatchObject({ repeated: true, entry: { seq: 2 } });
    expect(await idsIn(stores)).toHaveLength(2);
  });

  it('attempts a transaction again whose connection was cut before the commit was sent', async () => {
    const stores = await open(proxied);
    await append(stores, messageDraft('first'));
    let cuts = 0;
    for (const link of proxy.links) {
      link.client.on('data', (chunk: Buffer) => {
        if (!chunk.includes('BEGIN')) return;
        cuts += 1;
        link.reset();
      });
    }
    expect(await append(stores, messageDraft('second'))).toMatchObject({
      repeated: false,
      entry: { seq: 2 },
    });
    expect(cuts).toBeGreaterThan(0);
    expect(await idsIn(stores)).toHaveLength(2);
  });

  it('delivers within about a second while notifications are silently lost (F19)', async () => {
    const reading = await open(database.url, { listenUrl: proxied });
    const writing = await open(database.url);
    const log = new Log(reading.log, 500);
    const texts = new Queue<string>();
    log.follow('lobby', await log.start('lobby', {}), {
      write: (step) => void (step.type === 'page' && texts.push(...step.entries.map(textOf))),
      end: () => undefined,
    });
    await append(writing, messageDraft('heard'));
    expect(await texts.next()).toBe('heard');
    for (const link of proxy.links) link.stall();
    for (const text of 'abc') {
      const sent = performance.now();
      await append(writing, messageDraft(text));
      expect(await texts.next()).toBe(text);
      expect(performance.now() - sent).toBeLessThan(2_000);
    }
    await log.close();
  });

  it.each(['refuses', 'never answers'])(
    'acknowledges nothing on a node whose database %s, and catches up by itself (F20)',
    async (manner) => {
      const cut = await open(proxied, { listenUrl: database.url, statementTimeout: 500 });
      const other = await open(database.url);
      await append(cut, messageDraft('before'));
      if (manner === 'refuses') proxy.disable();
      else for (const link of proxy.links) link.stall();
      const draft = messageDraft('lost');
      await expect(append(cut, draft)).rejects.toMatchObject({ code: 'unavailable' });
      if (manner === 'refuses') await expect(cut.ping()).rejects.toThrow();
      await append(other, messageDraft('elsewhere'));
      expect(await idsIn(other)).toHaveLength(2);
      proxy.enable();
      expect(await appendAtLast(cut, draft)).toMatchObject({ repeated: false, entry: { seq: 3 } });
      expect(await idsIn(cut)).toEqual(await idsIn(other));
      await cut.ping();
    },
  );

  it('lets other nodes write when one has stopped in the middle of a transaction', async () => {
    const stopped = await open(proxied, { listenUrl: database.url });
    const other = await open(database.url);
    await append(stopped, messageDraft('first'));
    for (const link of proxy.links) {
      // Its locks are taken; nothing comes after that.
      link.client.on('data', (chunk: Buffer) => chunk.includes('BEGIN') && link.stall());
    }
    const stuck = append(stopped, messageDraft('stuck'));
    stuck.catch(() => undefined);
    const holdsLocks = async () =>
      (await database.query("SELECT 1 FROM pg_stat_activity WHERE state = 'idle in transaction'")).length > 0;
    while (!(await holdsLocks()));
    expect(await append(other, messageDraft('second'))).toMatchObject({ entry: { seq: 2 } });
    for (const link of proxy.links) link.reset();
    await expect(stuck).rejects.toMatchObject({ code: 'unavailable' });
  });
});
