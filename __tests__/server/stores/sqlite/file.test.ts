import Database from 'better-sqlite3';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { openStores } from '../../../../server/stores/open';
import { BY_ID } from '../../../../server/stores/sqlite/append';
import { READS } from '../../../../server/stores/sqlite/log';
import { MIGRATIONS } from '../../../../server/stores/sqlite/schema';
import { Writer } from '../../../../server/stores/sqlite/writer';
import { createTemporaryFolder, type TemporaryFolder } from '../../../support/temporary-folder';
import { messageDraft } from '../../../support/drafts';

const NOW = new Date('2026-11-20T09:00:00.000Z');

describe('the SQLite file', () => {
  let place: TemporaryFolder;
  let file: string;

  beforeEach(() => {
    place = createTemporaryFolder();
    file = join(place.path, 'parley.db');
  });
  afterEach(() => place.remove());

  it('belongs to one server at a time', async () => {
    const stores = await openStores(file);
    await expect(openStores(file)).rejects.toThrow(/another Parley is running/);
    await stores.close();
  });

  it('answers every read of history from an index', async () => {
    const stores = await openStores(file);
    const db = new Database(file, { readonly: true });
    for (const sql of [...Object.values(READS), BY_ID]) {
      const parameters = Array<number>(sql.split('?').length - 1).fill(1);
      const plan = db.prepare<number[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters);
      // What a subquery has found, as many rows as its limit, is scanned.
      const steps = plan.map(({ detail }) => detail).filter((step) => !/^(CO-ROUTINE|SCAN) \(/.test(step));
      expect(steps.join()).toMatch(/^SEARCH \w+ USING (PRIMARY KEY|(?:COVERING )?INDEX \w+) \([^)]*\)$/);
    }
    db.close();
    await stores.close();
  });

  it('is durable at each commit, and open to be read and copied meanwhile', async () => {
    const stores = await openStores(file);
    await stores.log.append([messageDraft('a')], NOW);
    const db = new Database(file, { readonly: true });
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(db.prepare('SELECT count(*) FROM entries').pluck().get()).toBe(1);
    await db.backup(join(place.path, 'copy.db'));
    db.close();
    await stores.close();
  });

  it('is not touched by an older Parley than the one that wrote it', async () => {
    const db = new Database(file);
    db.pragma(`user_version = ${MIGRATIONS.length + 1}`);
    db.close();
    await expect(openStores(file)).rejects.toThrow(/newer version of Parley/);
  });

  it('takes nothing of a batch when one draft of it fails', async () => {
    const stores = await openStores(file);
    const broken = messageDraft('b', { username: null as unknown as string });
    await expect(stores.log.append([messageDraft('a'), broken], NOW)).rejects.toThrow(/NOT NULL/);
    expect(await stores.log.after('lobby', 0, 10)).toMatchObject({ head: 0, entries: [] });
    await stores.close();
  });

  it('reads one moment of the log while others commit: the entries end where it says that the log does', async () => {
    const stores = await openStores(file);
    let writing = true;
    const written = (async () => {
      for (let i = 0; i < 40; i += 1) {
        await Promise.all(Array.from({ length: 20 }, () => stores.log.append([messageDraft('x')], NOW)));
      }
      writing = false;
    })();
    let spans = 0;
    for (let seq = 0; writing; spans += 1) {
      const { head, entries } = await stores.log.after('lobby', seq, 1_000_000);
      expect(seq + entries.length).toBe(head);
      seq = Math.max(0, head - 50);
      await new Promise(setImmediate);
    }
    expect(spans).toBeGreaterThan(10);
    await written;
    await stores.close();
  });

  it('refuses what was under way when the thread that writes ended, and goes on with another', async () => {
    const stores = await openStores(file);
    await stores.close();
    const writer = new Writer(file);
    const ended = writer.run(['SELECT']);
    await expect(ended).rejects.toThrow(/syntax|incomplete/);
    // It takes long enough to be under way then.
    const lost = writer.run([
      `INSERT INTO settings WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 200000)
       SELECT i, i FROM n`,
    ]);
    await (Reflect.get(writer, 'thread') as Worker).terminate();
    await expect(lost).rejects.toMatchObject({ code: 'unavailable' });
    await writer.ping();
    const isThere = ['missing', ["SELECT 1 FROM settings WHERE name = 'c'"]] as const;
    await writer.run(["INSERT INTO settings VALUES ('c', 'd')"]);
    expect(await writer.runGuarded([isThere])).toBe('done');
    await writer.close();
  });
});
