import { Client } from 'pg';
import { Log } from '../../../../server/log/log';
import { findMismatch, startOfChain, type ChainedEntry } from '../../../../server/log/chain';
import type { AppendResult, Draft } from '../../../../server/log/store';
import { openStores, type Stores } from '../../../../server/stores/open';
import { READS } from '../../../../server/stores/postgres/log';
import { settingsOf } from '../../../support/backends';
import { deletionDraft, messageDraft } from '../../../support/drafts';
import { describePostgres } from '../../../support/describe-postgres';
import { createDatabase, type TestDatabase } from '../../../support/postgres';

const NOW = new Date('2026-11-20T09:00:00.000Z');
const ROOMS = [...'abcdefgh'];

let database: TestDatabase;
let nodes: Stores[];

const messages = (count: number, room = 'lobby'): Draft[] =>
  Array.from({ length: count }, (_, i) => messageDraft(String(i), { room }));
/** Returns the entries of a room as they are stored. */
const storedIn = (room: string): Promise<ChainedEntry[]> =>
  database.query<ChainedEntry>(
    `SELECT room, seq::int, id, visitor, username, type, body, at::float8, encode(seal, 'hex') AS seal,
       encode(hash, 'hex') AS hash FROM entries WHERE room = $1 ORDER BY entries.seq`,
    room,
  );

describePostgres('appending to PostgreSQL', () => {
  beforeEach(async () => {
    database = await createDatabase();
    nodes = await Promise.all([0, 1].map(() => openStores(settingsOf(database.url))));
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await Promise.all(nodes.map((stores) => stores.close()));
    await database.remove();
  });

  it('takes as many statements for a large batch as for a small one', async () => {
    const { log } = nodes[0]!;
    const sent = jest.spyOn(Client.prototype, 'query');
    const statementsOf = async (drafts: readonly Draft[]): Promise<number> => {
      sent.mockClear();
      await log.append(drafts, NOW);
      const texts = sent.mock.calls.map(([query]) => JSON.stringify(query));
      return texts.filter((text) => !/FROM (counters|changes)|pg_notify|NOTIFY/.test(text)).length;
    };
    const small = await statementsOf(messages(1));
    expect(await statementsOf(ROOMS.flatMap((room) => messages(100, room)))).toBe(small);
  });

  it('has one room in each transaction where that is set, and several at once', async () => {
    const stores = await openStores(settingsOf(database.url, { pool: 4, commitsByRoom: true }));
    const append = jest.spyOn(stores.log, 'append');
    const log = new Log(stores.log, 4);
    const drafts = Array.from({ length: 10 }, () => ROOMS.map((room) => messages(1, room)[0]!)).flat();
    await Promise.all(drafts.map((draft) => log.append(draft)));
    const transactions = append.mock.calls.map(([batch]) => new Set(batch.map(({ room }) => room)));
    expect(transactions).toHaveLength(ROOMS.length);
    expect(transactions.every(({ size }) => size === 1)).toBe(true);
    for (const room of ROOMS) expect(findMismatch(await storedIn(room), startOfChain(room))).toBeUndefined();
    expect(stores.log.parallelRooms).toBe(2);
    await log.close();
    await stores.close();
  });

  it('commits the batches of several nodes to the same rooms, in whatever order their drafts are', async () => {
    const batches = Array.from({ length: 24 }, (_, i) => {
      const rooms = [...ROOMS.slice(i % 8), ...ROOMS.slice(0, i % 8)];
      return nodes[i % 2]!.log.append(
        (i % 3 ? rooms : rooms.reverse()).map((room) => messageDraft('x', { room })),
        NOW,
      );
    });
    for (const results of await Promise.all(batches)) {
      expect((results as AppendResult[]).every(({ repeated }) => !repeated)).toBe(true);
    }
    for (const room of ROOMS) {
      const entries = await storedIn(room);
      expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 24 }, (_, i) => i + 1));
      expect(findMismatch(entries, startOfChain(room))).toBeUndefined();
    }
  });

  it('chains the entries of a room, also when some are erased, in the same batch or a later one', async () => {
    const [one, two] = nodes;
    const [first, second, third] = messages(3) as [Draft, Draft, Draft];
    await one!.log.append([first, second, deletionDraft(second.id)], NOW);
    await two!.log.append([third, deletionDraft(first.id)], NOW);
    const entries = await storedIn('lobby');
    expect(entries.map(({ type }) => type)).toEqual([
      'deleted_message',
      'deleted_message',
      'delete_message',
      'new_message',
      'delete_message',
    ]);
    expect(findMismatch(entries, startOfChain('lobby'))).toBeUndefined();
    const [head] = await database.query(
      "SELECT head::int, encode(hash, 'hex') AS hash FROM rooms WHERE name = 'lobby'",
    );
    expect(head).toEqual({ head: 5, hash: entries.at(-1)!.hash });
  });

  it('decides on roles as they are when the batch is committed', async () => {
    const { log, moderation } = nodes[0]!;
    const audit = { at: 0, visitor: '', target: 'm' } as const;
    const setRole = (role: 'moderator' | 'guest') =>
      moderation.setRole('m', role, { ...audit, action: 'set_role', details: { role } }, []);
    await setRole('moderator');
    const [draft] = messages(1) as [Draft];
    await log.append([draft], NOW);
    const requires = {
      roles: [['m', 'moderator']] as const,
      audit: {
        action: 'delete_message',
        target: draft.id,
        details: { room: 'lobby', username: 'Masha' },
      } as const,
    };
    const demoting = new Client(database.url);
    await demoting.connect();
    await demoting.query("BEGIN; SELECT 1 FROM counters WHERE name = 'changes' FOR UPDATE");
    const deleting = log.append([deletionDraft(draft.id, { visitor: 'm', requires })], NOW);
    const isWaiting = async () =>
      (await database.query("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")).length > 0;
    while (!(await isWaiting()));
    await demoting.query("UPDATE visitors SET role = 'guest' WHERE id = 'm'; COMMIT");
    await demoting.end();
    expect(await deleting).toEqual(['roles_changed']);
    await setRole('moderator');
    expect(await log.append([deletionDraft(draft.id, { visitor: 'm', requires })], NOW)).toMatchObject([
      { repeated: false },
    ]);
    const actions = (await moderation.auditLog(Infinity, 10)).map(({ action }) => action);
    expect(actions).toEqual(['delete_message', 'set_role', 'set_role']);
  });

  it('leaves no room behind in which nothing was stored', async () => {
    expect(await nodes[0]!.log.append([deletionDraft('none', { room: 'new' })], NOW)).toEqual([
      'target_missing',
    ]);
    expect(await nodes[0]!.log.rooms()).toEqual([]);
    expect(await database.query('SELECT name FROM rooms')).toEqual([]);
  });

  it('reads by an index, whatever is read', async () => {
    for (const room of ROOMS) await nodes[0]!.log.append(messages(500, room), NOW);
    await database.query('ANALYZE');
    const plan = async (sql: string, ...values: unknown[]): Promise<string> =>
      JSON.stringify(await database.query(`EXPLAIN ${sql}`, ...values));
    for (const sql of [READS.after, READS.before, READS.historyBefore]) {
      expect(await plan(sql, 'd', 250, 10)).not.toMatch(/Seq Scan on entries/);
    }
    expect(await plan(READS.newestHistory, 'd', 10)).not.toContain('Seq Scan on entries');
    expect(await plan(READS.byId, 'd', 'x')).toContain('entries_by_id');
  });
});
