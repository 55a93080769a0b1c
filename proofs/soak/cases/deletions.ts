import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { read } from '../../../__tests__/support/http';
import { Somebody } from '../../../__tests__/support/people';
import { READERS } from '../../../__tests__/support/readers';
import type { NewMessage } from '../../../server/wire';
import { ROOT } from '../build';
import { expect, until, type Case } from './case';
import { onGround, type Ground } from './fixture';

const ROUNDS = 25;

/** Says something as somebody who can delete it. */
async function said(by: Somebody, message: string): Promise<NewMessage> {
  const { status, body } = await by.ask('POST', '/messages', { message });
  expect(status === 201, `A message was answered with ${status}.`);
  return body as unknown as NewMessage;
}

async function deleted(by: Somebody, { id }: NewMessage): Promise<void> {
  const { status } = await by.ask('DELETE', `/r/lobby/messages/${id}`);
  expect(status === 204, `A deletion was answered with ${status}.`);
}

/** Readers that come right after a deletion was acknowledged. */
export const f28: Case = {
  name: 'F28',
  title: 'a reader comes just after a deletion was acknowledged, on every transport: never the deleted text',
  run: (build) =>
    onGround(build, async (ground) => {
      const masha = await Somebody.guest(ground.url);
      // Somebody who follows the room keeps its newest messages in memory.
      ground.watch('ws', 'earliest');
      let reads = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        const message = await said(masha, `secret ${round}`);
        await deleted(masha, message);
        await Promise.all(
          Object.entries(READERS).map(async ([way, open]) => {
            const reading = await open(ground.url, { room: 'lobby', after: 'earliest' });
            for (let seq = 1; seq <= message.seq + 1; seq += 1) {
              const entry = await reading.next();
              expect(!JSON.stringify(entry).includes('secret'), `${way} was given ${JSON.stringify(entry)}.`);
            }
            reading.close();
            reads += 1;
          }),
        );
        for (const path of ['/', '/r/lobby', '/messages?last=50', `/messages?before=${message.cursor}`]) {
          const text = await (await fetch(ground.url + path)).text();
          expect(!text.includes('secret'), `GET ${path} has the deleted text.`);
          reads += 1;
        }
      }
      return `${ROUNDS} deletions, ${reads} reads right after them, none with the text`;
    }),
};

/** A process of somebody else's that reads the database, and stays in its transaction until its input ends. */
const FOREIGN_READER = `
  const db = require('better-sqlite3')(process.argv[1], { readonly: true });
  db.exec('BEGIN; SELECT count(*) FROM entries');
  db.prepare('SELECT count(*) FROM entries').get();
  process.stdout.write('reads');
  process.stdin.resume().on('end', () => process.exit(0));
`;
/** How long it reads, in ms. */
const READING = 12_000;
/** How long a write may take meanwhile, in ms: SQLite's own wait for a reader is 5 s. */
const HELD_UP = 2_000;
/** Within what time after it has left the text must be gone, in ms. */
const GONE = 12_000;

/** Whether a text is in the files of the database. */
function isOnDisk({ folder }: Ground, text: string): boolean {
  return ['', '-wal'].some((part) => readFileSync(join(folder, `parley.db${part}`)).includes(text));
}

/** A backup, or a curious administrator, while something is deleted. */
export const f29: Case = {
  name: 'F29',
  title:
    'a foreign process reads the SQLite file during a deletion: writers go on; the text is gone after it has left',
  run: (build) =>
    onGround(build, async (ground) => {
      const masha = await Somebody.guest(ground.url);
      const secret = `secret ${ground.dice.uuid()}`;
      const message = await said(masha, secret);
      const reader = spawn(process.execPath, ['-e', FOREIGN_READER, join(ground.folder, 'parley.db')], {
        cwd: ROOT,
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      ground.onClose(() => reader.kill());
      await once(reader.stdout, 'data');
      await deleted(masha, message);
      const line = await ground.line('post');
      let [slowest, written] = [0, 0];
      for (const late = performance.now() + READING; performance.now() < late; written += 1) {
        const begun = performance.now();
        await ground.say(line);
        slowest = Math.max(slowest, performance.now() - begun);
        await pause(20);
      }
      expect(slowest < HELD_UP, `A write took ${slowest.toFixed(0)} ms while another process read.`);
      const outstanding = isOnDisk(ground, secret);
      reader.stdin.end();
      await once(reader, 'exit');
      const begun = performance.now();
      await until('The text is gone from the disk', GONE, () => !isOnDisk(ground, secret));
      const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
      return `${written} writes meanwhile, the slowest ${slowest.toFixed(0)} ms; ${outstanding ? `gone ${seconds} s after the reader left` : 'gone before the reader left'}`;
    }),
};

/** A room in which most of the log is no message. */
export const f31: Case = {
  name: 'F31',
  title:
    'a room where most entries are deletions: page, last= and curl show as many messages as were asked for',
  run: (build) =>
    onGround(build, async (ground) => {
      const masha = await Somebody.guest(ground.url);
      const all: NewMessage[] = [];
      for (let i = 1; i <= 300; i += 1) all.push(await said(masha, `message ${i}.`));
      for (const [i, message] of all.entries()) if (i % 5 > 0) await deleted(masha, message);
      const kept = all.filter((_message, i) => i % 5 === 0).map(({ message }) => message);
      const expected = kept.slice(-50).join();
      const page = await (await fetch(`${ground.url}/`, { headers: { Accept: 'text/html' } })).text();
      const lines = await (await fetch(`${ground.url}/r/lobby`)).text();
      const { messages } = await read(ground.url, { last: '50' });
      const found = {
        page: page.match(/message \d+\./g) ?? [],
        curl: lines.match(/message \d+\./g) ?? [],
        'last=50': messages.map((entry) => ('message' in entry ? entry.message : entry.type)),
      };
      for (const [where, texts] of Object.entries(found)) {
        expect(
          [...new Set(texts)].join() === expected,
          `${where} shows ${texts.length} messages: ${texts.join()}`,
        );
      }
      return `50 messages each on the page, by curl and by last=50, in a room of ${all.length} with ${kept.length} left`;
    }),
};
