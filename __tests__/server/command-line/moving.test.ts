import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder';
import { deletionDraft, messageDraft } from '../../support/drafts';
import { readAll, sendMessage } from '../../support/http';
import { contentOf, fillTables, PLACES, type Place } from '../../support/places';
import { endOf, runCommand, runToEnd, startCommand, startProcess } from '../../support/process';

/** The entries of the large room. */
const MANY = 10_000;

const MOVES = Object.keys(PLACES).flatMap((from) => Object.keys(PLACES).map((to) => [from, to] as const));

let folder: TemporaryFolder;
let file: string;
let source: Place;
let target: Place;

beforeEach(() => {
  folder = createTemporaryFolder();
  file = join(folder.path, 'export.ndjson');
});
afterEach(async () => {
  await source?.remove();
  await target?.remove();
  folder.remove();
});

const exportFrom = ({ settings }: Place, ...args: string[]) => runCommand(settings, ['export', ...args]);
const importInto = ({ settings }: Place, ...args: string[]) => runCommand(settings, ['import', ...args]);

async function createPlaces(from: string, to: string): Promise<void> {
  [source, target] = [await PLACES[from]!(), await PLACES[to]!()];
}

/** Stores messages, of which some are deleted. */
async function append(count: number): Promise<void> {
  const stores = await source.open();
  await stores.visitors.signingKey('the key');
  for (let done = 0; done < count; done += 1_000) {
    const messages = Array.from({ length: Math.min(1_000, count - done) - 1 }, (_, i) =>
      messageDraft(`${i} “hello”\n\u2028 😀`, { room: i % 3 === 0 ? 'weekend' : 'lobby' }),
    );
    const { room, id } = messages[0]!;
    await stores.log.append([...messages, deletionDraft(id, { room })], new Date());
  }
  await stores.close();
}

describe.each(MOVES)('a move from %s to %s', (from, to) => {
  beforeEach(() => createPlaces(from, to));

  it('takes everything along as it was', async () => {
    await append(50);
    await fillTables(source);
    expect(await exportFrom(source, file)).toEqual({
      code: 0,
      stdout: '',
      stderr: `Exported the database to ${file}.\n`,
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await importInto(target, file)).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(
        /^Imported \d+ rows, and verified 2 rooms with 50 entries\.\n$/,
      ) as string,
    });
    const content = await contentOf(source);
    expect(Object.values(content).every((rows) => rows.length > 0)).toBe(true);
    expect(await contentOf(target)).toEqual(content);
    expect(await runCommand(target.settings, ['verify'])).toMatchObject({ code: 0 });
  });

  it('goes on with what was moved: the audit log, and each room', async () => {
    await append(50);
    await fillTables(source);
    await exportFrom(source, file);
    await importInto(target, file);
    const stores = await target.open();
    const audit = {
      action: 'delete_message',
      target: 'x',
      details: { room: 'lobby', username: 'x' },
    } as const;
    const [result] = await stores.log.append(
      [messageDraft('next', { requires: { roles: [], audit } })],
      new Date(),
    );
    expect(result).toMatchObject({ repeated: false });
    await stores.close();
    expect(await runCommand(target.settings, ['verify'])).toMatchObject({
      stdout: 'Verified 2 rooms with 51 entries.\n',
    });
  });
});

// What an import must survive depends on the database that it writes; the other kind is read, where there is one.
describe.each(Object.keys(PLACES))('a large move to %s', (to) => {
  beforeEach(() => createPlaces(Object.keys(PLACES).find((from) => from !== to) ?? to, to));

  it(`takes all ${MANY} entries along, although the import is killed again and again`, async () => {
    await append(MANY);
    await exportFrom(source, file);
    const rowsOf = async () => {
      const [row] = await target.query("SELECT value FROM settings WHERE name = 'import'").catch(() => []);
      return row ? (JSON.parse(row.value as string) as { rows: number }).rows : 0;
    };
    let imported = 0;
    for (const least of [1, MANY / 2]) {
      const child = startCommand(target.settings, 'import', file);
      const ended = endOf(child);
      while (child.exitCode === null && (imported = await rowsOf()) < least) await setImmediate();
      child.kill('SIGKILL');
      await ended;
    }
    expect(imported).toBeLessThan(MANY);
    expect(await runToEnd({ ...target.settings, PORT: '0' })).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/an import into it is unfinished\. Run "parley import" again/) as string,
    });
    expect(await importInto(target, file)).toMatchObject({ code: 0 });
    expect(await contentOf(target)).toEqual(await contentOf(source));
    expect(await runCommand(target.settings, ['verify'])).toMatchObject({
      code: 0,
      stdout: `Verified 2 rooms with ${MANY.toLocaleString('en')} entries.\n`,
    });
  });
});

describe('parley export', () => {
  beforeEach(() => createPlaces('SQLite', 'SQLite'));

  it('writes one state of a running server to stdout, which another server then serves', async () => {
    // So many that the export takes a while.
    await append(5_000);
    const server = await startProcess(source.settings);
    const sent = [await sendMessage(server.url, 'one')];
    let writing = true;
    const written = (async () => {
      while (writing) sent.push(await sendMessage(server.url, 'x'));
    })();
    const { stdout } = await exportFrom(source);
    writing = false;
    await written;
    await server.end('SIGTERM');
    expect(await runCommand(target.settings, ['import'], stdout)).toMatchObject({ code: 0 });
    const moved = await startProcess(target.settings);
    const ids = new Set(sent.map(({ id }) => id));
    const messages = (await readAll(moved.url)).filter(({ id }) => ids.has(id));
    expect(messages.length).toBeGreaterThan(0);
    expect(messages).toEqual(sent.slice(0, messages.length));
    await moved.end('SIGTERM');
  });

  it('replaces no file, and leaves none if it fails', async () => {
    await append(2);
    writeFileSync(file, 'precious');
    expect(await exportFrom(source, file)).toMatchObject({ code: 1 });
    expect(readFileSync(file, 'utf8')).toBe('precious');
    expect(await exportFrom(target, join(folder.path, 'other'))).toMatchObject({ code: 1 });
    expect(readdirSync(folder.path)).toEqual(['export.ndjson']);
  });
});

describe('parley import', () => {
  beforeEach(() => createPlaces('SQLite', 'SQLite'));

  it('refuses a database that is not empty, and a second import', async () => {
    await append(2);
    await exportFrom(source, file);
    await importInto(target, file);
    expect(await importInto(target, file)).toMatchObject({
      code: 1,
      stderr: 'The database is not empty: its table entries has rows. Import into a new database.\n',
    });
    await (await source.open()).close();
    expect(await importInto(source, file)).toMatchObject({ code: 1 });
  });

  it('refuses a database that a server runs on', async () => {
    await append(2);
    await exportFrom(source, file);
    const server = await startProcess(target.settings);
    expect(await importInto(target, file)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/another Parley is running on it\.\n$/) as string,
    });
    await server.end('SIGTERM');
  });

  const INCOMPLETE = 'This export is incomplete: its end is missing. Export again.\n';
  const DAMAGED = 'This export is damaged: it is not as it was written.\n';
  const FOREIGN = 'This is not an export of Parley.\n';
  it.each<[string, (text: string) => string, string]>([
    ['without its last line', (text) => text.replace(/.*\n$/, ''), INCOMPLETE],
    [
      'that is cut within a line',
      (text) => text.slice(0, text.length / 2),
      'This export is damaged: a line has no row.\n',
    ],
    ['with a changed letter', (text) => text.replace('hello', 'hallo'), DAMAGED],
    ['without one of its rows', (text) => text.replace(/\["rooms".*\n/, ''), DAMAGED],
    ['with a line after its end', (text) => `${text}{}\n`, DAMAGED],
    ['of another format', () => '{"hello":"world"}\n', FOREIGN],
    ['that is empty', () => '', FOREIGN],
    [
      'of another version',
      (text) => text.replace('"version":2', '"version":3'),
      'This export was made by another version of Parley. Export and import with the same one.\n',
    ],
  ])('imports nothing of a file %s', async (_what, edit, sentence) => {
    await append(10);
    const { stdout } = await exportFrom(source);
    writeFileSync(file, edit(stdout));
    expect(await importInto(target, file)).toEqual({ code: 1, stdout: '', stderr: sentence });
    expect(existsSync(target.settings.DATABASE!)).toBe(false);
  });

  it('goes on with a stream that broke off, but not with another export', async () => {
    await append(2_000);
    const { stdout } = await exportFrom(source);
    expect(await runCommand(target.settings, ['import'], stdout.slice(0, stdout.length / 2))).toMatchObject({
      code: 1,
    });
    await append(2);
    const { stdout: other } = await exportFrom(source);
    expect(await runCommand(target.settings, ['import'], other)).toMatchObject({
      code: 1,
      stderr:
        'An import of another export into the database is unfinished. Finish that one, or import into a new database.\n',
    });
    expect(await exportFrom(target)).toMatchObject({ code: 1 });
    expect(await runCommand(target.settings, ['import'], stdout)).toMatchObject({ code: 0 });
  });

  it('keeps a database from being used that was exported with a damaged entry, and names the entry', async () => {
    await append(10);
    await source.query("UPDATE entries SET username = 'Petya' WHERE room = 'lobby' AND seq = 2");
    await exportFrom(source, file);
    expect(await importInto(target, file)).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'Room lobby, entry 2: its hash does not match its content.\nWhat was exported is damaged. Nothing may use the database it was imported into.\n',
    });
    expect(await runToEnd({ ...target.settings, PORT: '0' })).toMatchObject({ code: 1 });
  });
});
