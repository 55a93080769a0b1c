import Database from 'better-sqlite3';
import { execFileSync } from 'node:child_process';
import { randomInt, randomUUID } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openStores, type Stores } from '../../../../server/stores/open';
import { MIGRATIONS } from '../../../../server/stores/sqlite/schema';
import { createTemporaryFolder, type TemporaryFolder } from '../../../support/temporary-folder';
import { deletionDraft, messageDraft } from '../../../support/drafts';

let place: TemporaryFolder;
let file: string;
let stores: Stores | undefined;

beforeEach(() => {
  place = createTemporaryFolder();
  file = join(place.path, 'parley.db');
});
afterEach(async () => {
  await stores?.close();
  stores = undefined;
  place.remove();
});

/** A message whose text can be told from all others, wherever a part of it is found. */
interface Marked {
  room: string;
  id: string;
  mark: string;
}

/** Makes a text of a random size, some with overflow pages, that repeats a mark of its own. */
function marked(): Marked & { text: string } {
  const mark = randomUUID().replaceAll('-', '').slice(0, 12);
  const size = [30, 200, 1_500, 16_000][randomInt(4)]!;
  const text = `~${mark}`.repeat(Math.ceil(randomInt(12, size) / 13));
  return { room: `room${randomInt(4)}`, id: randomUUID(), mark, text };
}

const draftOf = ({ room, id, text }: Marked & { text: string }) => messageDraft(text, { room, id });
const deletionOf = ({ room, id }: Marked) => deletionDraft(id, { room });
const logSize = (): number => (existsSync(`${file}-wal`) ? statSync(`${file}-wal`).size : 0);

/** Returns the marks that occur in any of the files, byte by byte. */
function found(marks: readonly Marked[], files: readonly string[]): string[] {
  const all = new Set<string>();
  for (const name of files.filter((name) => existsSync(name))) {
    // A copy is read: closing a file that this process has open otherwise drops SQLite's locks on it.
    execFileSync('cp', [name, join(place.path, 'copy')]);
    for (const [, hex] of readFileSync(join(place.path, 'copy'), 'latin1').matchAll(/~([0-9a-f]{12})/g))
      all.add(hex!);
  }
  return marks.map(({ mark }) => mark).filter((mark) => all.has(mark));
}

/** Appends and deletes messages at random. Returns both the deleted and the remaining ones. */
async function run(messages: number): Promise<{ deleted: Marked[]; remaining: Marked[] }> {
  const [deleted, remaining]: Marked[][] = [[], []];
  while (deleted!.length + remaining!.length < messages) {
    const fresh = Array.from({ length: randomInt(1, 60) }, marked);
    const end = remaining!.length;
    remaining!.push(...fresh);
    const targets = Array.from({ length: Math.min(end, randomInt(30)) }, () => {
      // Only messages of earlier commits.
      return remaining!.splice(randomInt(Math.max(1, remaining!.length - fresh.length)), 1)[0]!;
    }).filter((message) => !fresh.includes(message as never));
    deleted!.push(...targets);
    const results = await stores!.log.append([...fresh.map(draftOf), ...targets.map(deletionOf)], new Date());
    expect(results.filter((result) => typeof result === 'string')).toEqual([]);
  }
  return { deleted: deleted!, remaining: remaining! };
}

describe('the text of deleted messages', () => {
  it('is gone from the database, its write-ahead log and a fresh backup after a long random run', async () => {
    stores = await openStores(file);
    const { deleted, remaining } = await run(8_000);
    expect(deleted.length).toBeGreaterThan(1_000);
    const backup = join(place.path, 'backup.db');
    const reader = new Database(file, { readonly: true });
    await reader.backup(backup);
    reader.close();
    while (logSize() > 0) await pause(50);
    expect(found(deleted, [backup, file, `${file}-wal`, `${file}-shm`])).toEqual([]);
    expect(found(remaining, [file])).toHaveLength(remaining.length);
  });

  it('leaves the write-ahead log when another process stops reading it, and no writer waits until then', async () => {
    stores = await openStores(file);
    const message = marked();
    await stores.log.append([draftOf(message)], new Date());
    const reader = new Database(file, { readonly: true });
    const reading = reader.prepare('SELECT * FROM entries').iterate();
    reading.next();
    await stores.log.append([deletionOf(message)], new Date());
    const begun = Date.now();
    // Past the first tries to empty the log, which fail.
    let slowest = 0;
    while (Date.now() < begun + 5_000) {
      const asked = performance.now();
      await stores.log.append([draftOf(marked())], new Date());
      slowest = Math.max(slowest, performance.now() - asked);
      await pause(20);
    }
    expect(found([message], [`${file}-wal`])).toHaveLength(1);
    // SQLite's own wait for a reader is 5 s.
    expect(slowest).toBeLessThan(4_000);
    reading.return!();
    reader.close();
    while (logSize() > 0) await pause(50);
    expect(found([message], [file, `${file}-wal`])).toEqual([]);
  });

  it('is gone as well if it was deleted under an older schema, which had left copies of it', async () => {
    const db = new Database(file);
    db.pragma('journal_mode = WAL');
    db.pragma('secure_delete = ON');
    db.function('skeleton', String);
    for (const step of MIGRATIONS.slice(0, 2)) db.exec(step);
    db.pragma('user_version = 2');
    const insert = db.prepare<[string, number, string, string, string]>(
      `INSERT INTO entries VALUES (?, ?, ?, ?, 'v', 'Masha', ?, 0)`,
    );
    const erase = db.prepare<[string, string]>(
      `UPDATE entries SET type = 'deleted_message', body = '' WHERE room = ? AND id = ?`,
    );
    const heads = new Map<string, number>();
    const next = (room: string): number => heads.set(room, (heads.get(room) ?? 0) + 1).get(room)!;
    const [deleted, remaining]: Marked[][] = [[], []];
    db.transaction(() => {
      for (let i = 0; i < 15_000; i += 1) {
        const { room, id, mark, text } = marked();
        insert.run(room, next(room), 'new_message', id, text.slice(0, 2_000));
        remaining!.push({ room, id, mark });
        if (i % 3 > 0) continue;
        const [old] = remaining!.splice(randomInt(remaining!.length), 1);
        erase.run(old!.room, old!.id);
        insert.run(old!.room, next(old!.room), 'delete_message', randomUUID(), old!.id);
        deleted!.push(old!);
      }
      heads.forEach((head, room) => db.prepare('INSERT INTO rooms VALUES (?, ?, 0)').run(room, head));
    })();
    db.close();
    chmodSync(file, 0o600);
    // Otherwise this test would show nothing.
    expect(found(deleted!, [file])).not.toEqual([]);

    stores = await openStores(file);
    while (logSize() > 0) await pause(50);
    expect(found(deleted!, [file, `${file}-wal`])).toEqual([]);
    expect(found(remaining!, [file])).toHaveLength(remaining!.length);
    const { head, entries } = await stores.log.after('room0', 0, 100_000);
    expect(entries).toHaveLength(head);
    const stubs = entries.filter(({ type }) => type === 'deleted_message');
    expect(stubs).toHaveLength(deleted!.filter(({ room }) => room === 'room0').length);
  });
});
