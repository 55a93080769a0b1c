import { copyFileSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '../../../../server/config/config';
import { openSnapshot } from '../../../../server/stores/open-beside';
import { exportText } from '../../../../server/stores/transfer/export';
import { InterruptedExport } from '../../../../server/stores/transfer/interrupted-export';
import { deletionDraft, messageDraft } from '../../../support/drafts';
import { PLACES, type Place } from '../../../support/places';
import { createTemporaryFolder, type TemporaryFolder } from '../../../support/temporary-folder';

const AT = new Date('2026-11-20T09:00:00Z');
const SECRET = 'deleted before the export was continued';
/** The rooms of the first export. More than one page of entries is in the first. */
const ROOMS = { lobby: 600, weekend: 9 };

let folder: TemporaryFolder;
let source: Place;

beforeEach(() => void (folder = createTemporaryFolder()));
afterEach(async () => {
  await source.remove();
  folder.remove();
});

/** Exports a database. @param partial the text of an export to continue. */
async function exported({ settings }: Place, partial?: string): Promise<{ text: string; reused: number }> {
  const file = join(folder.path, 'partial');
  const interrupted = new InterruptedExport(file);
  if (partial !== undefined) writeFileSync(file, partial);
  const snapshot = await openSnapshot(readConfig(settings).database);
  try {
    let text = '';
    const parts = exportText(snapshot, AT, () => {}, partial === undefined ? undefined : interrupted);
    for await (const part of parts) text += part;
    expect(existsSync(file)).toBe(false);
    return { text, reused: interrupted.reused };
  } finally {
    await snapshot.close();
  }
}

/** Stores messages in rooms. @returns the id of the first. */
async function append({ open }: Place, rooms: Record<string, number>): Promise<string> {
  const stores = await open();
  await stores.visitors.signingKey('the key');
  const messages = Object.entries(rooms).flatMap(([room, count]) =>
    Array.from({ length: count }, (_, i) =>
      messageDraft(i === 0 ? SECRET : `message ${i} “ü”\n\u2028 😀`, { room }),
    ),
  );
  await stores.log.append(messages, AT);
  await stores.close();
  return messages[0]!.id;
}

async function remove({ open }: Place, id: string): Promise<void> {
  const stores = await open();
  await stores.log.append([deletionDraft(id)], AT);
  await stores.close();
}

describe.each(Object.keys(PLACES))('a continued export from %s', (kind) => {
  beforeEach(async () => void (source = await PLACES[kind]!()));

  it('is the same as a new one, wherever it was interrupted, with what was deleted and written since', async () => {
    const id = await append(source, ROOMS);
    const { text: before } = await exported(source);
    expect(before).toContain(SECRET);
    await remove(source, id);
    await append(source, { a: 2, lobby: 5, monday: 3, weekend: 1, zoo: 2, Ä: 2, '😀': 2 });
    const { text: fresh } = await exported(source);
    const textsOf = (text: string) => text.match(new RegExp(SECRET, 'g'))!.length;
    for (let end = 0; end <= before.length; end += Math.ceil(before.length / 12)) {
      const part = before.slice(0, end);
      const { text, reused } = await exported(source, part);
      expect(text === fresh).toBe(true);
      expect(textsOf(text)).toBe(8);
      const whole = part.split('\n').filter((line) => /^\["entries",.*\]$/s.test(line));
      expect(reused).toBe(whole.length);
    }
  });

  it('takes nothing from an export of another database', async () => {
    await append(source, ROOMS);
    const other = await PLACES[kind]!();
    await append(other, ROOMS);
    const { text } = await exported(other);
    await other.remove();
    const { text: fresh } = await exported(source);
    expect(await exported(source, text)).toEqual({ text: fresh, reused: 0 });
  });

  it('takes entries that are missing in the database from nowhere', async () => {
    await append(source, ROOMS);
    const { text: before } = await exported(source);
    await source.query("DELETE FROM entries WHERE room = 'lobby' AND seq = 7");
    const { text: fresh } = await exported(source);
    expect(await exported(source, before)).toEqual({ text: fresh, reused: 0 });
  });
});

/** Edits the lines of entries. */
const entries = (edit: (lines: string[]) => string[]) => (text: string) => {
  const lines = text.split('\n');
  const isEntry = (line: string) => line.startsWith('["entries"');
  const first = lines.findIndex(isEntry);
  const count = lines.filter(isEntry).length;
  const edited = edit(lines.slice(first, first + count));
  return [...lines.slice(0, first), ...edited, ...lines.slice(first + count)].join('\n');
};

describe('an export that continues a file', () => {
  beforeEach(async () => void (source = await PLACES.SQLite!()));

  it.each<[string, (text: string) => string]>([
    ['with a changed letter', (text) => text.replace('message 7', 'message 8')],
    ['with another place in history', (text) => text.replace(/("lobby",3,"\w+",)1,/, '$10,')],
    ['with a text instead of a number', (text) => text.replace(/("lobby",3,[^\n]*),(\d{13}),/, '$1,"$2",')],
    ['without one of its entries', entries((lines) => lines.filter((_, i) => i !== 4))],
    ['without its first entry', entries((lines) => lines.slice(1))],
    ['with an entry twice', entries((lines) => [...lines.slice(0, 3), ...lines.slice(2)])],
    ['in another order', entries((lines) => lines.toReversed())],
    [
      'with its rooms in another order',
      entries((lines) => [...lines.slice(ROOMS.lobby), ...lines.slice(0, ROOMS.lobby)]),
    ],
    ['of another version', (text) => text.replace(/"version":\d+/, '"version":0')],
    ['that is none', () => '\0'.repeat(10_000)],
  ])('%s is the same as a new one', async (_what, edit) => {
    const id = await append(source, ROOMS);
    const { text: before } = await exported(source);
    const edited = edit(before);
    expect(edited).not.toBe(before);
    await remove(source, id);
    const { text: fresh } = await exported(source);
    const { text } = await exported(source, edited);
    expect(text === fresh).toBe(true);
  });

  it('of a later state, from before an older backup was restored, is the same as a new one', async () => {
    const id = await append(source, ROOMS);
    const database = source.settings.DATABASE!;
    const backup = join(folder.path, 'backup');
    copyFileSync(database, backup);
    await remove(source, id);
    const { text: later } = await exported(source);
    for (const end of ['-wal', '-shm', '-state']) rmSync(database + end, { force: true });
    copyFileSync(backup, database);
    await append(source, { weekend: 2 });
    const { text: fresh } = await exported(source);
    expect(fresh).toContain(SECRET);
    const withoutDeletion = later.slice(0, later.indexOf(`"lobby",${ROOMS.lobby + 1},`));
    // Of a kind that stays in history when it is erased.
    const inHistory = withoutDeletion.replace(
      '"lobby",1,"deleted_message",0,',
      '"lobby",1,"deleted_message",1,',
    );
    expect(inHistory).not.toBe(withoutDeletion);
    for (const partial of [later, withoutDeletion, inHistory])
      expect(await exported(source, partial)).toEqual({ text: fresh, reused: 0 });
  });
});
