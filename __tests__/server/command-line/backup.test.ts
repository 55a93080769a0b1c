import Database from 'better-sqlite3';
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { watch } from 'node:fs/promises';
import { join } from 'node:path';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder';
import { readAll, sendMessage } from '../../support/http';
import { endOf, runCommand, startCommand, startProcess } from '../../support/process';

let folder: TemporaryFolder;
let database: string;
let copy: string;

beforeEach(() => {
  folder = createTemporaryFolder();
  database = join(folder.path, 'data', 'parley.db');
  copy = join(folder.path, 'copy.db');
});
afterEach(() => folder.remove());

describe('parley backup', () => {
  it('copies the database of a running server, which a server then serves as it was', async () => {
    const server = await startProcess({ DATABASE: database });
    const sent = [await sendMessage(server.url, 'one'), await sendMessage(server.url, 'two')];
    expect(await runCommand({ DATABASE: database }, ['backup', copy])).toEqual({
      code: 0,
      stdout: expect.stringMatching(
        /^Copied \S+parley\.db to \S+copy\.db \(\d\.\d MB\), and verified 1 room with 2 entries\.\n$/,
      ) as string,
      stderr: '',
    });
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder.path).sort()).toEqual(['copy.db', 'data']);
    await sendMessage(server.url, 'later');
    await server.end('SIGTERM');

    const restored = await startProcess({ DATABASE: copy });
    expect(await readAll(restored.url)).toEqual(sent);
    await restored.end('SIGTERM');
  });

  it('copies one state of the database, however much is written meanwhile', async () => {
    const server = await startProcess({ DATABASE: database });
    let writing = true;
    const written = (async () => {
      while (writing) await sendMessage(server.url, 'x');
    })();
    expect(await runCommand({ DATABASE: database }, ['backup', copy])).toMatchObject({ code: 0 });
    writing = false;
    await written;
    await server.end('SIGTERM');
    const db = new Database(copy, { readonly: true });
    expect(db.prepare('SELECT head FROM rooms').pluck().get()).toBe(
      db.prepare('SELECT count(*) FROM entries').pluck().get(),
    );
    db.close();
  });

  it('leaves a file alone that exists already', async () => {
    await (await startProcess({ DATABASE: database })).end('SIGTERM');
    writeFileSync(copy, 'precious');
    expect(await runCommand({ DATABASE: database }, ['backup', copy])).toEqual({
      code: 1,
      stdout: '',
      stderr: `${copy} exists already, and is not replaced. Choose another name.\n`,
    });
    expect(readFileSync(copy, 'utf8')).toBe('precious');
  });

  it('keeps no copy of a damaged database', async () => {
    await (await startProcess({ DATABASE: database })).end('SIGTERM');
    const db = new Database(database);
    const root = db.prepare<[], number>("SELECT rootpage FROM sqlite_schema WHERE name = 'contacts'").pluck();
    const pageSize = db.pragma('page_size', { simple: true }) as number;
    const offset = (root.get()! - 1) * pageSize;
    db.close();
    const file = openSync(database, 'r+');
    writeSync(file, Buffer.alloc(pageSize, 0xff), 0, pageSize, offset);
    closeSync(file);
    expect(await runCommand({ DATABASE: database }, ['backup', copy])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/damaged/) as string,
    });
    expect(existsSync(copy)).toBe(false);
  });

  it.each([
    ['is missing', () => {}],
    ['is empty', () => writeFileSync(copy, '')],
  ])('explains that the database %s, and creates nothing', async (_what, prepare) => {
    prepare();
    expect(await runCommand({ DATABASE: copy }, ['backup', join(folder.path, 'second.db')])).toMatchObject({
      code: 1,
      stderr: `The database ${copy} can't be opened: there is none, or it is empty.\n`,
    });
    expect(existsSync(join(folder.path, 'second.db'))).toBe(false);
  });

  it('leaves nothing behind when it is interrupted', async () => {
    await (await startProcess({ DATABASE: database })).end('SIGTERM');
    const db = new Database(database);
    const insert = db.prepare("INSERT INTO contacts VALUES (?, ?, '')");
    const name = 'x'.repeat(100_000);
    db.transaction(() => {
      for (let i = 0; i < 1_000; i += 1) insert.run(String(i), name);
    })();
    db.close();
    const child = startCommand({ DATABASE: database }, 'backup', copy);
    const ended = endOf(child);
    for await (const { filename } of watch(folder.path)) if (filename?.endsWith('.partial')) break;
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 1, stderr: 'Interrupted.\n' });
    expect(readdirSync(folder.path)).toEqual(['data']);
  });
});
