import {
  createReadStream,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { ExportReader } from '../../../server/stores/transfer/reader';
import { deletionDraft, messageDraft } from '../../support/drafts';
import { PLACES, type Place } from '../../support/places';
import { endOf, runCommand, startCommand } from '../../support/process';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder';

/** The entries of the large export. */
const MANY = 20_000;
const SECRET = 'deleted before the export was continued';

let folder: TemporaryFolder;
let file: string;
let source: Place;

beforeEach(() => {
  folder = createTemporaryFolder();
  file = join(folder.path, 'export.ndjson');
});
afterEach(async () => {
  await source.remove();
  folder.remove();
});

const exportTo = (...args: string[]) => runCommand(source.settings, ['export', ...args]);
const partialFiles = () =>
  readdirSync(folder.path)
    .filter((name) => /^export\.ndjson\.[0-9a-f]{8}\.partial$/.test(name))
    .map((name) => join(folder.path, name));

/** Stores messages in two rooms. @returns the ids of those in the first room that have {@link SECRET} as their text. */
async function append(count: number, room = 'lobby'): Promise<string[]> {
  const stores = await source.open();
  await stores.visitors.signingKey('the key');
  const ids: string[] = [];
  for (let done = 0; done < count; done += 1_000) {
    const messages = Array.from({ length: Math.min(1_000, count - done) }, (_, i) =>
      messageDraft(i === 0 ? SECRET : `message ${i}`, {
        room: i % 3 === 0 ? room : 'weekend',
      }),
    );
    ids.push(messages[0]!.id);
    await stores.log.append(messages, new Date());
  }
  await stores.close();
  return ids;
}

async function deleteAll(ids: readonly string[]): Promise<void> {
  const stores = await source.open();
  await stores.log.append(
    ids.map((id) => deletionDraft(id)),
    new Date(),
  );
  await stores.close();
}

/** Checks that a file is what an export gives that was not interrupted, but for its time. */
async function expectFresh(): Promise<void> {
  const reader = await ExportReader.open(createReadStream(file));
  while (await reader.next());
  const { stdout } = await exportTo();
  const comparable = (text: string) =>
    text.replace(/"at":"[^"]+"/, '"at":""').replace(/"sha256":"\w+"\}\n$/, '"sha256":""}\n');
  expect(comparable(readFileSync(file, 'utf8')) === comparable(stdout)).toBe(true);
}

/** Writes a file as an export that was interrupted has left it. */
function leave(text: string, name = '01234567'): string {
  const partial = `${file}.${name}.partial`;
  writeFileSync(partial, text);
  return partial;
}

describe.each(Object.keys(PLACES))('an interrupted export from %s', (kind) => {
  beforeEach(async () => void (source = await PLACES[kind]!()));

  it('is continued after being killed, without what was deleted meanwhile', async () => {
    const ids = await append(MANY);
    const child = startCommand(source.settings, 'export', file);
    const ended = endOf(child);
    const size = () => partialFiles().reduce((sum, name) => sum + statSync(name).size, 0);
    while (child.exitCode === null && size() < 1_000_000) await setImmediate();
    child.kill('SIGKILL');
    await ended;
    expect(existsSync(file)).toBe(false);
    const [partial, ...others] = partialFiles();
    expect(others).toEqual([]);
    expect(statSync(partial!).mode & 0o777).toBe(0o600);
    expect(readFileSync(partial!, 'utf8')).toContain(SECRET);
    await deleteAll(ids);
    await append(2_000, 'monday');
    const { code, stdout, stderr } = await exportTo(file);
    expect([code, stdout]).toEqual([0, '']);
    const [, reused] =
      /^Continuing the interrupted export in \S+\.\n([\d,]+) entries had been exported before\.\nExported .*\n$/.exec(
        stderr,
      )!;
    expect(Number(reused!.replace(',', ''))).toBeGreaterThan(1_000);
    expect(readdirSync(folder.path)).not.toContain(partial);
    expect(partialFiles()).toEqual([]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    // Those of Monday.
    expect(readFileSync(file, 'utf8').match(new RegExp(SECRET, 'g'))).toHaveLength(2);
    await expectFresh();
  });
});

describe('parley export', () => {
  beforeEach(async () => void (source = await PLACES.SQLite!()));

  it('keeps what it has written when it fails, names it, and continues it', async () => {
    await append(MANY);
    const child = startCommand(source.settings, 'export', file);
    const ended = endOf(child);
    while (child.exitCode === null && partialFiles().length === 0) await setImmediate();
    child.kill('SIGTERM');
    const { code, stderr } = await ended;
    const [partial] = partialFiles();
    expect([code, stderr]).toEqual([
      1,
      `To continue, run the export to this file again. Otherwise, delete ${partial}.\nInterrupted.\n`,
    ]);
    expect(await exportTo(file)).toMatchObject({ code: 0 });
    await expectFresh();
  });

  it('continues the oldest of several, which has the most, and removes the others', async () => {
    await append(30);
    const { stdout: text } = await exportTo();
    utimesSync(leave(text, 'ffffffff'), 1, 1);
    leave(text.slice(0, 600), '00000000');
    expect(await exportTo(file)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('\n30 entries had been exported before.\n') as string,
    });
    expect(partialFiles()).toEqual([]);
    await expectFresh();
  });

  it('names what is left of an interrupted one to a file that exists', async () => {
    await append(2);
    await exportTo(file);
    const partial = leave('');
    expect(await exportTo(file)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        ` ${partial} is left of an attempt that was interrupted; delete it.`,
      ) as string,
    });
  });
});
