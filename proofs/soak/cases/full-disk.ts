import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TestVisitor } from '../../../__tests__/support/test-visitor';
import { MESSAGE_MAX } from '../../../server/entry-kinds';
import type { Build } from '../build';
import { ALL_READS, ALL_WRITES } from '../transports/all';
import { check, Skipped, waitUntil, type Case } from './case';
import { Fixture, withFixture } from './fixture';

const DISK_SIZE = '8m';
/** How many messages are written before the disk is filled. */
const STORED = 100;
const WRITES_PER_TRANSPORT = 60;
/** The space that the filler leaves free, in bytes; messages fill it. */
const REMAINDER_BYTES = 64 * 1_024;

/** Runs a function with a server on a small disk. @param run also receives functions that fill the disk and free it again. */
function withSmallDisk(
  build: Build,
  run: (fixture: Fixture, fillDisk: () => Promise<void>, freeDisk: () => void) => Promise<string>,
): Promise<string> {
  return withFixture(build, async (outer) => {
    const disk = join(outer.folder, 'disk');
    mkdirSync(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_SIZE}`, 'tmpfs', disk], { stdio: 'pipe' });
    } catch (error) {
      throw new Skipped(`A tmpfs can't be mounted: ${(error as Error).message}`);
    }
    outer.onClose(() => execFileSync('umount', ['-l', disk]));
    const fixture = await Fixture.open({ ...build, errors: 'ignore' }, { DATABASE: join(disk, 'parley.db') });
    const filler = join(disk, 'filler');
    const fillDisk = async (): Promise<void> => {
      const { bavail, bsize } = statfsSync(disk);
      writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - REMAINDER_BYTES)));
      const writer = await fixture.openWriter('post');
      for (let isFull = false; !isFull;) {
        const draft = { room: 'filler', id: fixture.random.uuid(), message: 'm'.repeat(MESSAGE_MAX) };
        isFull = 'error' in (await writer.send(draft));
      }
    };
    try {
      return await run(fixture, fillDisk, () => rmSync(filler));
    } finally {
      await fixture.close();
    }
  });
}

/** The disk becomes full, and is freed again. */
export const f15: Case = {
  name: 'F15',
  title:
    'disk full, then freed: a retryable error and no acknowledgement; reads work; it recovers without a restart',
  run: (build) =>
    withSmallDisk(build, async (fixture, fillDisk, freeDisk) => {
      await fixture.fill(STORED);
      await fillDisk();
      const text = 'm'.repeat(2_000);
      const ids: string[] = [];
      let acknowledged = 0;
      const refusals: Record<string, number> = {};
      for (const transport of ALL_WRITES) {
        const writer = await fixture.openWriter(transport);
        for (let i = 0; i < WRITES_PER_TRANSPORT; i += 1) {
          const id = fixture.random.uuid();
          ids.push(id);
          const answer = await writer.send({ room: 'lobby', id, message: text });
          if ('error' in answer) refusals[answer.status] = (refusals[answer.status] ?? 0) + 1;
          else acknowledged += 1;
        }
      }
      const refused = JSON.stringify(refusals);
      check(Object.keys(refusals).join() === '503', `A full disk was answered with ${refused}.`);
      const { length } = await fixture.readLog();
      check(
        length === STORED + acknowledged,
        `${length} of ${STORED + acknowledged} acknowledged can be read.`,
      );
      freeDisk();
      const writer = await fixture.openWriter('post');
      for (const id of ids) await fixture.write(writer, text, id);
      const log = await fixture.readLog();
      check(log.length === STORED + ids.length, `${log.length} messages, not ${STORED + ids.length}.`);
      await fixture.server.end('SIGKILL');
      await fixture.start();
      check((await fixture.readLog()).length === log.length, 'Messages are missing after a restart.');
      return `${acknowledged} acknowledged when it was full, ${refused} refused; all accepted by a retry once it was freed`;
    }),
};

/** Reads on a full disk: no read may depend on a write. */
export const f30: Case = {
  name: 'F30',
  title:
    'the disk is full: every read works, for guests and accounts, on the page and the API; only writes are refused',
  run: (build) =>
    withSmallDisk(build, async (fixture, fillDisk) => {
      const account = await TestVisitor.createGuest(fixture.url);
      await account.createAccount('Masha');
      const guest = await TestVisitor.createGuest(fixture.url);
      await guest.request('POST', '/username', { username: 'Olga' });
      const newcomer = new TestVisitor(fixture.url);
      await fixture.fill(STORED);
      await fillDisk();
      const paths = ['/', '/r/lobby', '/messages', '/messages?last=10', '/account', '/contacts', '/r/garden'];
      for (const visitor of [account, guest, newcomer]) {
        for (const path of [...paths, '/subscribe?after=earliest']) {
          for (const accept of ['*/*', 'text/html']) {
            const { status } = await visitor.request('GET', path, undefined, { Accept: accept });
            check(status === 200, `GET ${path} (${accept}) was answered with ${status}.`);
          }
        }
        const { status } = await visitor.request('POST', '/messages', { message: 'x'.repeat(MESSAGE_MAX) });
        check(status === 503, `A message was answered with ${status}.`);
      }
      const readers = ALL_READS.map((transport) => fixture.openReader(transport));
      await waitUntil('All transports read', 10_000, () => readers.every(({ seq }) => seq() >= STORED));
      return `${paths.length} paths for a guest, an account and a newcomer, and ${readers.length} transports to follow`;
    }),
};
