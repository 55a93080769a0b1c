import Database from 'better-sqlite3';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { openStores } from '../../../../server/stores/open';
import { MIGRATIONS } from '../../../../server/stores/sqlite/schema';
import { createTemporaryFolder, type TemporaryFolder } from '../../../support/temporary-folder';
import { messageDraft } from '../../../support/drafts';
import { textOf } from '../../../support/entry';
import { sendMessage } from '../../../support/http';
import { startProcess } from '../../../support/process';

let place: TemporaryFolder;
let file: string;

beforeEach(() => {
  place = createTemporaryFolder();
  file = join(place.path, 'data', 'parley.db');
});
afterEach(() => {
  jest.restoreAllMocks();
  place.remove();
});

/** Runs a server until it has acknowledged messages, and kills it: they are in its write-ahead log alone. */
async function killed(): Promise<void> {
  await (await openStores(file)).close();
  const server = await startProcess({ DATABASE: file });
  // A reader keeps the write-ahead log from being emptied.
  const reader = new Database(file, { readonly: true });
  const reading = reader.prepare('SELECT * FROM settings').iterate();
  reading.next();
  for (const message of ['one', 'two', 'three']) await sendMessage(server.url, message);
  await server.end('SIGKILL');
  for (const end of ['', '-wal', '-state']) copyFileSync(file + end, join(place.path, `kept${end}`));
  reading.return!();
  reader.close();
  rmSync(join(place.path, 'data'), { recursive: true });
  mkdirSync(join(place.path, 'data'));
  for (const end of ['', '-wal', '-state']) copyFileSync(join(place.path, `kept${end}`), file + end);
}

const read = async () => {
  const stores = await openStores(file);
  const span = await stores.log.after('lobby', 0, 10);
  await stores.close();
  return span.entries.map(textOf);
};

describe('a database that has lost what was acknowledged', () => {
  it.each([
    ['has no write-ahead log any more', () => rmSync(`${file}-wal`)],
    ['has an empty write-ahead log', () => truncateSync(`${file}-wal`)],
    ['has one that was cut short', () => truncateSync(`${file}-wal`, statSync(`${file}-wal`).size - 5_000)],
    [
      'has one with a flipped bit',
      () => {
        const log = readFileSync(`${file}-wal`);
        log[log.length - 2_000]! ^= 1;
        writeFileSync(`${file}-wal`, log);
      },
    ],
    ['is empty', () => truncateSync(file)],
    ['is missing', () => rmSync(file)],
  ])('is refused when it %s, and opens once its files are put back', async (_what, damage) => {
    await killed();
    damage();
    await expect(openStores(file)).rejects.toThrow(
      /lacks \d+ changes that were stored.*To go on with an older copy|is empty\. Restore|is missing, but files that belong to it/,
    );
    for (const end of ['', '-wal']) copyFileSync(join(place.path, `kept${end}`), file + end);
    expect(await read()).toEqual(['one', 'two', 'three']);
  });

  it('opens once the files that belonged to what it has lost are removed, as before a backup is put in place', async () => {
    await killed();
    for (const end of ['-wal', '-shm', '-state']) rmSync(file + end, { force: true });
    expect(await read()).toEqual([]);
  });

  it('is refused when a page of it is damaged, with what to do', async () => {
    const stores = await openStores(file);
    await stores.log.append(
      Array.from({ length: 500 }, (_, i) => messageDraft(`message ${i}`)),
      new Date(),
    );
    await stores.close();
    const bytes = readFileSync(file);
    // The header of each page from the sixth on.
    for (let page = 5; page * 4_096 < bytes.length; page += 1) bytes[page * 4_096] = 255;
    writeFileSync(file, bytes);
    await expect(openStores(file)).rejects.toThrow(/it is damaged.*Restore a backup/);
  });

  it('does not pass a missing entry over in silence when it is read', async () => {
    const stores = await openStores(file);
    await stores.log.append(
      [...'abcde'].map((letter) => messageDraft(letter)),
      new Date(),
    );
    const db = new Database(file);
    db.exec("DELETE FROM entries WHERE room = 'lobby' AND seq = 3");
    db.close();
    await expect(stores.log.after('lobby', 0, 10)).rejects.toThrow(/damaged: entry 3/);
    await expect(stores.log.before('lobby', 10, 3)).rejects.toThrow(/damaged: entry 3/);
    expect((await stores.log.after('lobby', 3, 10)).entries.map(textOf)).toEqual(['d', 'e']);
    await stores.close();
  });
});

describe('a database that does not fit', () => {
  const open = async (): Promise<void> => {
    const before = readFileSync(file);
    await expect(openStores(file)).rejects.toThrow(
      /^The database \S+ can't be opened: it is not a database of Parley, .* It was left as it was\.$/,
    );
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(existsSync(`${file}-state`)).toBe(false);
  };

  beforeEach(() => mkdirSync(join(place.path, 'data'), { mode: 0o700 }));

  it('is refused, and left as it was, when it lacks a column that its version has', async () => {
    const db = new Database(file);
    chmodSync(file, 0o600);
    db.exec(MIGRATIONS[0]!);
    db.exec('ALTER TABLE visitors DROP COLUMN username');
    db.pragma('user_version = 1');
    db.close();
    await open();
  });

  it('is refused, and left as it was, when it is that of another program', async () => {
    const db = new Database(file);
    chmodSync(file, 0o600);
    db.exec('CREATE TABLE notes (text)');
    db.close();
    await open();
  });

  it('is as it was when a step of its migration fails', async () => {
    const db = new Database(file);
    chmodSync(file, 0o600);
    db.exec(MIGRATIONS[0]!);
    db.pragma('user_version = 1');
    // A table that the next step wants to make.
    db.exec('CREATE TABLE grants (id)');
    db.close();
    const before = readFileSync(file);
    await expect(openStores(file)).rejects.toThrow(/can't be opened: .*grants/);
    expect(readFileSync(file).equals(before)).toBe(true);
  });
});

describe('the files of a database', () => {
  it('are made for this user alone', async () => {
    const mask = process.umask(0);
    try {
      const stores = await openStores(file);
      await stores.log.append([messageDraft('a')], new Date());
      const files = readdirSync(join(place.path, 'data'));
      expect(files).toEqual(expect.arrayContaining(['parley.db', 'parley.db-wal', 'parley.db-lock']));
      for (const name of files) {
        expect(statSync(join(place.path, 'data', name)).mode & 0o777).toBe(0o600);
      }
      expect(statSync(join(place.path, 'data')).mode & 0o777).toBe(0o700);
      await stores.close();
    } finally {
      process.umask(mask);
    }
  });

  it('keep the mode that an operator gave them; one that everybody can read is pointed out', async () => {
    await (await openStores(file)).close();
    chmodSync(file, 0o644);
    const warned = jest.spyOn(console, 'error').mockImplementation();
    await (await openStores(file)).close();
    expect(warned).toHaveBeenCalledWith(expect.stringMatching(/can read \S+parley\.db: chmod 600/));
    expect(statSync(file).mode & 0o777).toBe(0o644);
  });

  it('belong to one server, by whatever name another one would open them', async () => {
    const stores = await openStores(file);
    const link = join(place.path, 'link.db');
    symlinkSync(file, link);
    await expect(openStores(link)).rejects.toThrow(/another Parley is running on it/);
    symlinkSync(join(place.path, 'data'), join(place.path, 'folder'));
    await expect(openStores(join(place.path, 'folder', 'parley.db'))).rejects.toThrow(/another Parley/);
    linkSync(file, join(place.path, 'hard.db'));
    await expect(openStores(join(place.path, 'hard.db'))).rejects.toThrow(/another name as well/);
    await stores.close();
  });

  it('belong to one server, also where a link was there before the file that it leads to', async () => {
    mkdirSync(join(place.path, 'data'));
    const [link, second] = [join(place.path, 'link.db'), join(place.path, 'data', 'second.db')];
    symlinkSync(second, link);
    symlinkSync('parley.db', second);
    const stores = await openStores(link);
    expect(existsSync(`${file}-state`)).toBe(true);
    for (const path of [link, second, file])
      await expect(openStores(path)).rejects.toThrow(/another Parley is running on it/);
    await stores.close();
  });

  it('are written no more once they are closed', async () => {
    const stores = await openStores(file);
    await stores.close();
    await expect(stores.visitors.recordVisit('v', 0)).rejects.toThrow('The database is closed.');
    await stores.close();
  });

  it('are beside the program by default, wherever it is started from', async () => {
    const config = join(__dirname, '..', '..', '..', '..', 'dist', 'config', 'config');
    const print = `console.log(require(${JSON.stringify(config)}).readConfig({}).database.file)`;
    const run = (cwd: string) => execFileSync(process.execPath, ['-e', print], { cwd });
    expect(run(place.path).toString()).toBe(run('/').toString());
  });
});
