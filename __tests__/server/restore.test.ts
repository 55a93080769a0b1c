import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry, MessagePage, Reset } from '../../server/wire';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder';
import { textOf } from '../support/entry';
import { readPage, sendMessage } from '../support/http';
import { startProcess, type ServerProcess } from '../support/process';
import { READERS } from '../support/readers';

const ROOM = 'lobby';

let folder: TemporaryFolder;
let server: ServerProcess;
/** The cursors of the messages that were written before the restore. */
let cursors: string[];

beforeAll(async () => {
  folder = createTemporaryFolder();
  const file = join(folder.path, 'parley.db');
  const write = async (...texts: string[]) => {
    server = await startProcess({ DATABASE: file });
    const written: string[] = [];
    for (const text of texts) written.push((await sendMessage(server.url, text, { room: ROOM })).cursor);
    return written;
  };
  const saved = await write('one', 'two');
  await server.end('SIGTERM');
  copyFileSync(file, join(folder.path, 'backup.db'));
  const lost = await write('lost three', 'lost four');
  await server.end('SIGTERM');
  cursors = [...saved, ...lost];

  for (const end of ['', '-wal', '-shm', '-state']) rmSync(file + end, { force: true });
  copyFileSync(join(folder.path, 'backup.db'), file);
  // As many messages as it lacks, and one more: every seq that a reader may have exists again.
  await write('three', 'four', 'five');
});
afterAll(async () => {
  await server.end('SIGTERM');
  folder.remove();
});

/** What a reader receives: texts, or that it was reset. */
const summarize = (event: Entry | Reset): string => (event.type === 'reset' ? 'reset' : textOf(event));

describe('a server that was restored from an older backup, and then wrote on', () => {
  it('has the epoch of the history that it has lost', async () => {
    const { cursor } = await readPage(server.url, { room: ROOM });
    expect(cursor.split(':')[0]).toBe(cursors[0]!.split(':')[0]);
  });

  describe.each(Object.entries(READERS))('over %s', (_name, open) => {
    it.each([
      ['in the middle of what it has lost', 2],
      ['at the end of what it has lost', 3],
    ])('resets a reader %s by itself', async (_where, index) => {
      const reader = await open(server.url, { room: ROOM, after: cursors[index]! });
      expect(await reader.next()).toMatchObject({ type: 'reset', room: ROOM });
      reader.close();
    });

    it.each([
      [0, ['two', 'three', 'four', 'five']],
      [1, ['three', 'four', 'five']],
    ])('goes on after message %i, which it still has, without a reset', async (index, expected) => {
      const reader = await open(server.url, { room: ROOM, after: cursors[index]! });
      const received: string[] = [];
      while (received.length < expected.length) received.push(summarize(await reader.next()));
      expect(received).toEqual(expected);
      reader.close();
    });
  });

  it('answers 410 to requests with a cursor of what it has lost, forward and back', async () => {
    for (const query of [`after=${cursors[2]}`, `before=${cursors[2]}`, `before=${cursors[3]}`]) {
      const answer = await fetch(`${server.url}/messages?room=${ROOM}&${query}`);
      expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([410, 'cursor_gone']);
    }
    const page = (await (
      await fetch(`${server.url}/messages?room=${ROOM}&before=${cursors[1]}`)
    ).json()) as MessagePage;
    expect(page.messages.map(textOf)).toEqual(['one']);
  });
});
