import Database from 'better-sqlite3';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findMismatch, startOfChain, type ChainedEntry, type Link } from '../../../../server/log/chain';
import { openStores } from '../../../../server/stores/open';
import { addFunctions } from '../../../../server/stores/sqlite/migration-functions';
import { MIGRATIONS } from '../../../../server/stores/sqlite/schema';
import { createTemporaryFolder, type TemporaryFolder } from '../../../support/temporary-folder';
import { deletionDraft, messageDraft } from '../../../support/drafts';
import { textOf } from '../../../support/entry';

let place: TemporaryFolder;
let file: string;

beforeEach(() => {
  place = createTemporaryFolder();
  file = join(place.path, 'parley.db');
});
afterEach(() => place.remove());

/** Reads the rows of a room, and its head. */
function readChain(room: string): { entries: ChainedEntry[]; head: Link } {
  const db = new Database(file, { readonly: true });
  const entries = db
    .prepare<[string], ChainedEntry>(
      `SELECT room, seq, type, id, visitor, username, body, at, lower(hex(seal)) AS seal, lower(hex(hash)) AS hash
       FROM entries WHERE room = ? ORDER BY seq`,
    )
    .all(room);
  const head = db
    .prepare<[string], Link>('SELECT head AS seq, lower(hex(hash)) AS hash FROM rooms WHERE name = ?')
    .get(room)!;
  db.close();
  return { entries, head };
}

/** Checks the chain of a room up to its head. */
function expectChain(room: string, length: number): ChainedEntry[] {
  const { entries, head } = readChain(room);
  expect(findMismatch(entries, startOfChain(room))).toBeUndefined();
  expect(entries).toHaveLength(length);
  const { seq, hash } = entries.at(-1)!;
  expect(head).toEqual({ seq, hash });
  return entries;
}

describe('the entries of each room', () => {
  it('are chained up to its head, over the rooms and drafts of a batch, its repetitions and its conflicts', async () => {
    const stores = await openStores(file);
    const again = messageDraft('again');
    await stores.log.append(
      [messageDraft('a'), again, messageDraft('b', { room: 'kitchen' }), again, messageDraft('c')],
      new Date(),
    );
    await stores.log.append(
      [again, messageDraft('another', { id: again.id }), messageDraft('d', { room: 'kitchen' })],
      new Date(),
    );
    await stores.log.append([messageDraft('e')], new Date());
    await stores.close();
    expect(expectChain('lobby', 4).map(({ body }) => body)).toEqual(
      ['a', 'again', 'c', 'e'].map((message) => JSON.stringify({ message })),
    );
    expectChain('kitchen', 2);
  });

  it('are chained after the text of some was erased, and the salt is gone from every file', async () => {
    const stores = await openStores(file);
    const drafts = ['a', 'b', 'c'].map((text) => messageDraft(text));
    await stores.log.append(drafts, new Date());
    const { entries: before } = readChain('lobby');
    await stores.log.append([deletionDraft(drafts[1]!.id)], new Date());
    // Its write-ahead log is emptied a second later.
    while (readFileSync(`${file}-wal`).length > 0) await pause(50);
    await stores.close();
    const entries = expectChain('lobby', 4);
    expect(entries[1]).toMatchObject({ type: 'deleted_message', hash: before[1]!.hash });
    const bytes = readFileSync(file).toString('hex');
    expect(before.map(({ seal }) => bytes.includes(seal))).toEqual([true, false, true]);
  });
});

/** Entries as the first version of the schema stored them, in two rooms that took turns. */
const ROWS: [room: string, seq: number, type: string, id: string, body: string][] = [
  ['lobby', 1, 'new_message', 'm1', 'one'],
  ['kitchen', 1, 'new_message', 'm2', 'with "quotes" and 🙂'],
  ['lobby', 2, 'deleted_message', 'm3', ''],
  ['lobby', 3, 'delete_message', 'd1', 'm3'],
  ['kitchen', 2, 'new_message', 'm1', 'two'],
  ['lobby', 4, 'new_message', 'm4', 'three'],
];

describe('the entries of an older database', () => {
  const versions = Array.from({ length: MIGRATIONS.length - 1 }, (_, i) => i + 1);

  it.each(versions)(
    'are chained when it is migrated from version %i, and appending goes on',
    async (version) => {
      const db = new Database(file);
      chmodSync(file, 0o600);
      addFunctions(db);
      db.exec(MIGRATIONS[0]!);
      const insert = db.prepare(
        `INSERT INTO entries (room, seq, type, id, visitor, username, body, at) VALUES (?, ?, ?, ?, 'v', 'Masha', ?, 7)`,
      );
      for (const row of ROWS) insert.run(...row);
      db.exec("INSERT INTO rooms VALUES ('lobby', 4, 7), ('kitchen', 2, 7)");
      for (const step of MIGRATIONS.slice(1, version)) db.exec(step);
      db.pragma(`user_version = ${version}`);
      db.close();

      const stores = await openStores(file);
      await stores.log.append([messageDraft('four'), deletionDraft('m1')], new Date());
      const { entries } = await stores.log.after('lobby', 0, 10);
      await stores.close();
      expect(entries.map(textOf)).toEqual([
        'deleted_message',
        'deleted_message',
        'delete_message',
        'three',
        'four',
        'delete_message',
      ]);
      expectChain('lobby', 6);
      expectChain('kitchen', 2);
    },
  );
});
