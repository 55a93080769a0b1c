import Database from 'better-sqlite3';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Draft } from '../../../server/log/store';
import { openStores } from '../../../server/stores/open';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder';
import { deletionDraft, messageDraft } from '../../support/drafts';
import { sendMessage } from '../../support/http';
import { PLACES } from '../../support/places';
import { runCommand, startProcess } from '../../support/process';

const LIMITS = expect.stringMatching(/^Verified is what the database holds\. /) as string;

let folder: TemporaryFolder;
let database: string;

beforeEach(() => {
  folder = createTemporaryFolder();
  database = join(folder.path, 'parley.db');
});
afterEach(() => folder.remove());

/** Stores entries. */
async function append(...drafts: Draft[]): Promise<void> {
  const stores = await openStores(database);
  await stores.log.append(drafts, new Date());
  await stores.close();
}

/** Changes the file behind Parley's back. */
function change(sql: string): void {
  const db = new Database(database);
  db.exec(sql);
  db.close();
}

const verify = (...args: string[]) => runCommand({ DATABASE: database }, ['verify', ...args]);

describe('parley verify', () => {
  it('verifies what a running server has stored, and holds it up no moment', async () => {
    const server = await startProcess({ DATABASE: database });
    await sendMessage(server.url, 'one');
    await sendMessage(server.url, 'two');
    expect(await verify()).toEqual({ code: 0, stdout: 'Verified 1 room with 2 entries.\n', stderr: LIMITS });
    await sendMessage(server.url, 'three');
    expect(await verify()).toMatchObject({ code: 0, stdout: 'Verified 1 room with 3 entries.\n' });
    await server.end('SIGTERM');
  });

  it('verifies one room, and prints its last hash to compare it later', async () => {
    await append(messageDraft('a'), messageDraft('b', { room: 'weekend' }));
    const { stdout } = await verify('--room', 'weekend');
    expect(stdout).toMatch(/^The last hash of weekend is [0-9a-f]{64}\.\nVerified 1 room with 1 entry\.\n$/);
    change("UPDATE entries SET username = 'Petya' WHERE room = 'lobby'");
    expect(await verify('--room', 'weekend')).toMatchObject({ code: 0, stdout });
    expect(await verify('--room', 'lobby')).toMatchObject({ code: 1 });
    expect(await verify('--room', 'nowhere')).toMatchObject({
      code: 1,
      stderr: 'No room is named nowhere.\n',
    });
  });

  it('verifies rooms with deleted messages', async () => {
    const message = messageDraft('a');
    await append(message, messageDraft('b'), deletionDraft(message.id));
    expect(await verify()).toMatchObject({ code: 0, stdout: 'Verified 1 room with 3 entries.\n' });
  });

  const doomed = messageDraft('doomed');
  it.each([
    [
      'a flipped byte in a text',
      "UPDATE entries SET body = replace(body, 'two', 'twp')",
      'Room lobby, entry 2: its hash does not match its content.\n',
    ],
    [
      'another author',
      "UPDATE entries SET username = 'Petya' WHERE room = 'lobby' AND seq > 1",
      'Room lobby, entry 2: its hash does not match its content.\n',
    ],
    [
      'another time, in two rooms',
      'UPDATE entries SET at = at + 1 WHERE seq = 1',
      'Room lobby, entry 1: its hash does not match its content.\nRoom weekend, entry 1: its hash does not match its content.\n',
    ],
    [
      'a missing entry',
      "DELETE FROM entries WHERE room = 'lobby' AND seq = 2",
      'Room lobby, entry 3: its seq is not 2.\n',
    ],
    [
      'a missing end',
      "DELETE FROM entries WHERE room = 'lobby' AND seq > 3",
      'Room lobby: its entries after 3 are missing, up to 4.\n',
    ],
    [
      'an end that its counter does not know',
      "UPDATE rooms SET head = 3 WHERE name = 'lobby'",
      'Room lobby: it has entries after its head, 3.\n',
    ],
    [
      'another hash of the head',
      "UPDATE rooms SET hash = zeroblob(32) WHERE name = 'lobby'",
      'Room lobby: its head does not match its last entry.\n',
    ],
    [
      'a room whose counter is missing',
      "DELETE FROM rooms WHERE name = 'weekend'",
      'Rows of entries that belong to none of rooms: 1.\n',
    ],
    [
      'a message that history lacks',
      "UPDATE entries SET in_history = 0 WHERE room = 'lobby' AND seq = 2",
      'Room lobby, entry 2: history lacks it, or has it although it should not.\n',
    ],
    [
      'a session of nobody',
      "INSERT INTO credentials VALUES ('c', 'session', 'h', 'nobody', 'l', 0, 0)",
      'Rows of credentials that belong to none of visitors: 1.\n',
    ],
  ])('names %s', async (_what, sql, defects) => {
    await append(
      messageDraft('one'),
      messageDraft('two'),
      doomed,
      deletionDraft(doomed.id),
      messageDraft('a', { room: 'weekend' }),
    );
    change(sql);
    expect(await verify()).toEqual({
      code: 1,
      stdout: defects,
      stderr: 'The database is damaged. Restore a backup as the README says.\n',
    });
  });

  it.each([
    ['the room of an entry', 'entries', 'lobby', /^The file is damaged: row 1 missing from index /],
    ['an id in an index', 'entries_by_id', doomed.id, /^The file is damaged: row 1 missing from index /],
  ])(
    'finds a flipped byte in %s, which reading by another index does not show',
    async (_what, place, text, defects) => {
      await append(doomed);
      const db = new Database(database);
      const root = db.prepare<[string], number>('SELECT rootpage FROM sqlite_schema WHERE name = ?').pluck();
      const pageSize = db.pragma('page_size', { simple: true }) as number;
      const begin = (root.get(place)! - 1) * pageSize;
      db.close();
      const bytes = readFileSync(database);
      const at = begin + bytes.subarray(begin, begin + pageSize).indexOf(text) + 1;
      bytes[at]! ^= 1;
      writeFileSync(database, bytes);
      expect(await verify()).toMatchObject({ code: 1, stdout: expect.stringMatching(defects) as string });
    },
  );

  it.each(Object.keys(PLACES))(
    'names a changed letter in %s, also while a server runs on it',
    async (kind) => {
      const place = await PLACES[kind]!();
      const server = await startProcess(place.settings);
      for (const text of ['one', 'two', 'three']) await sendMessage(server.url, text);
      expect(await runCommand(place.settings, ['verify'])).toMatchObject({
        code: 0,
        stdout: 'Verified 1 room with 3 entries.\n',
      });
      await place.query("UPDATE entries SET body = replace(body, 'two', 'twp')");
      expect(await runCommand(place.settings, ['verify'])).toMatchObject({
        code: 1,
        stdout: 'Room lobby, entry 2: its hash does not match its content.\n',
      });
      await server.end('SIGTERM');
      await place.remove();
    },
  );

  it('explains that the database was written by an older version', async () => {
    await append();
    change('PRAGMA user_version = 0; DROP TABLE commits');
    expect(await verify()).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^The database \S+ can't be opened: .*\.\n$/) as string,
    });
  });
});
