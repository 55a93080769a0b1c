import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readPage } from '../../../__tests__/support/http';
import { TestVisitor } from '../../../__tests__/support/test-visitor';
import { READERS } from '../../../__tests__/support/readers';
import type { NewMessage } from '../../../server/wire';
import { ROOT } from '../build';
import { check, waitUntil, type Case } from './case';
import { withFixture, type Fixture } from './fixture';

const ROUNDS = 25;

/** Writes a message as a visitor who can delete it. */
async function write(visitor: TestVisitor, message: string): Promise<NewMessage> {
  const { status, body } = await visitor.request('POST', '/messages', { message });
  check(status === 201, `A message was answered with ${status}.`);
  return body as unknown as NewMessage;
}

async function remove(visitor: TestVisitor, { id }: NewMessage): Promise<void> {
  const { status } = await visitor.request('DELETE', `/r/lobby/messages/${id}`);
  check(status === 204, `A deletion was answered with ${status}.`);
}

/** Reads that start right after the acknowledgement of a deletion. */
export const f28: Case = {
  name: 'F28',
  title: 'a read right after a deletion was acknowledged, on every transport: never the deleted text',
  run: (build) =>
    withFixture(build, async (fixture) => {
      const author = await TestVisitor.createGuest(fixture.url);
      // While a room has a follower, the server caches its newest messages.
      fixture.openReader('ws', 'earliest');
      let reads = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        const message = await write(author, `secret ${round}`);
        await remove(author, message);
        await Promise.all(
          Object.entries(READERS).map(async ([transport, open]) => {
            const reader = await open(fixture.url, { room: 'lobby', after: 'earliest' });
            for (let seq = 1; seq <= message.seq + 1; seq += 1) {
              const entry = JSON.stringify(await reader.next());
              check(!entry.includes('secret'), `${transport} received ${entry}.`);
            }
            reader.close();
            reads += 1;
          }),
        );
        for (const path of ['/', '/r/lobby', '/messages?last=50', `/messages?before=${message.cursor}`]) {
          const text = await (await fetch(fixture.url + path)).text();
          check(!text.includes('secret'), `GET ${path} has the deleted text.`);
          reads += 1;
        }
      }
      return `${ROUNDS} deletions, ${reads} reads right after them, none with the text`;
    }),
};

/** A script that reads the database, and leaves its transaction open until its stdin ends. */
const FOREIGN_READER = `
  const db = require('better-sqlite3')(process.argv[1], { readonly: true });
  db.exec('BEGIN; SELECT count(*) FROM entries');
  db.prepare('SELECT count(*) FROM entries').get();
  process.stdout.write('reads');
  process.stdin.resume().on('end', () => process.exit(0));
`;
/** How long the transaction stays open, in ms. */
const TRANSACTION_MS = 12_000;
/** How long a write may take during the transaction, in ms; less than SQLite's busy timeout of 5 s. */
const MAX_WRITE_MS = 2_000;
/** How long the deleted text may stay in the files after the transaction, in ms. */
const MAX_ERASE_MS = 12_000;

/** Whether the files of the database contain a text. */
function isOnDisk({ folder }: Fixture, text: string): boolean {
  return ['', '-wal'].some((suffix) => readFileSync(join(folder, `parley.db${suffix}`)).includes(text));
}

/** A foreign read transaction, such as a backup, keeps SQLite from truncating the write-ahead log. */
export const f29: Case = {
  name: 'F29',
  title:
    'another process reads the SQLite file during a deletion: writers continue; the text is gone after the read has ended',
  run: (build) =>
    withFixture(build, async (fixture) => {
      const author = await TestVisitor.createGuest(fixture.url);
      const secret = `secret ${fixture.random.uuid()}`;
      const message = await write(author, secret);
      const reader = spawn(process.execPath, ['-e', FOREIGN_READER, join(fixture.folder, 'parley.db')], {
        cwd: ROOT,
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      fixture.onClose(() => reader.kill());
      await once(reader.stdout, 'data');
      await remove(author, message);
      const writer = await fixture.openWriter('post');
      let [slowestMs, written] = [0, 0];
      for (const end = performance.now() + TRANSACTION_MS; performance.now() < end; written += 1) {
        const startedAt = performance.now();
        await fixture.write(writer);
        slowestMs = Math.max(slowestMs, performance.now() - startedAt);
        await pause(20);
      }
      check(
        slowestMs < MAX_WRITE_MS,
        `A write took ${slowestMs.toFixed(0)} ms while another process was reading.`,
      );
      const wasOnDisk = isOnDisk(fixture, secret);
      reader.stdin.end();
      await once(reader, 'exit');
      const endedAt = performance.now();
      await waitUntil('The text is gone from the disk', MAX_ERASE_MS, () => !isOnDisk(fixture, secret));
      const seconds = ((performance.now() - endedAt) / 1_000).toFixed(1);
      return `${written} writes during the read, the slowest ${slowestMs.toFixed(0)} ms; ${wasOnDisk ? `gone ${seconds} s after the read had ended` : 'gone before the read had ended'}`;
    }),
};

/** The messages of F31: each of them, except every fifth, is deleted. */
const WRITTEN = 300;
const KEPT_INTERVAL = 5;
/** How many messages a page of history shows. */
const PAGE_SIZE = 50;

/** Readers request a number of messages, not of entries. */
export const f31: Case = {
  name: 'F31',
  title:
    'a room in which most entries are deletions: page, last= and curl show as many messages as requested',
  run: (build) =>
    withFixture(build, async (fixture) => {
      const author = await TestVisitor.createGuest(fixture.url);
      const all: NewMessage[] = [];
      for (let i = 1; i <= WRITTEN; i += 1) all.push(await write(author, `message ${i}.`));
      const isRemaining = (i: number): boolean => i % KEPT_INTERVAL === 0;
      for (const [i, message] of all.entries()) if (!isRemaining(i)) await remove(author, message);
      const remaining = all.filter((_message, i) => isRemaining(i)).map(({ message }) => message);
      const expected = remaining.slice(-PAGE_SIZE).join();
      const page = await (await fetch(`${fixture.url}/`, { headers: { Accept: 'text/html' } })).text();
      const plainText = await (await fetch(`${fixture.url}/r/lobby`)).text();
      const { messages } = await readPage(fixture.url, { last: String(PAGE_SIZE) });
      const shown = {
        page: page.match(/message \d+\./g) ?? [],
        curl: plainText.match(/message \d+\./g) ?? [],
        last: messages.map((entry) => ('message' in entry ? entry.message : entry.type)),
      };
      for (const [source, texts] of Object.entries(shown)) {
        check(
          [...new Set(texts)].join() === expected,
          `${source} shows ${texts.length} messages: ${texts.join()}`,
        );
      }
      return `${PAGE_SIZE} messages each on the page, by curl and by last=${PAGE_SIZE}, in a room of ${all.length} with ${remaining.length} left`;
    }),
};
