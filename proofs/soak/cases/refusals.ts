import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Somebody } from '../../../__tests__/support/people';
import { runToEnd } from '../../../__tests__/support/process';
import { BAD, tryBadCursor } from '../bad-cursors';
import type { Build } from '../build';
import { Findings } from '../findings';
import { History } from '../observed-log';
import { READS, WRITES, type ReadName, type WriteName } from '../transports/all';
import { expect, Skipped, until, type Case } from './case';
import { Ground, onGround } from './fixture';

/** Runs a server on a small disk of its own. @param act is given how to fill that up, and how to free it again. */
function onFullDisk(
  build: Build,
  act: (ground: Ground, fillUp: () => Promise<void>, free: () => void) => Promise<string>,
): Promise<string> {
  return onGround(build, async (outer) => {
    const disk = join(outer.folder, 'disk');
    mkdirSync(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk], { stdio: 'pipe' });
    } catch (error) {
      throw new Skipped(`tmpfs can't be mounted: ${(error as Error).message}`);
    }
    outer.onClose(() => execFileSync('umount', ['-l', disk]));
    const ground = await Ground.open({ ...build, errors: 'ignore' }, { DATABASE: join(disk, 'parley.db') });
    const filler = join(disk, 'filler');
    const fillUp = async (): Promise<void> => {
      const { bavail, bsize } = statfsSync(disk);
      writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - 64 * 1_024)));
      // What is left takes some more messages.
      const line = await ground.line('post');
      for (let refused = false; !refused;) {
        refused =
          'error' in
          (await line.send({ room: 'filler', id: ground.dice.uuid(), message: 'm'.repeat(4_000) }));
      }
    };
    try {
      return await act(ground, fillUp, () => rmSync(filler));
    } finally {
      await ground.close();
    }
  });
}

/** No room on the disk, and then some again. */
export const f15: Case = {
  name: 'F15',
  title: 'disk full, then freed: a retryable error and no ack; reads work; it recovers with no restart',
  run: (build) =>
    onFullDisk(build, async (ground, fillUp, free) => {
      await ground.fill(100);
      await fillUp();
      const ok: string[] = [];
      const refused: Record<string, number> = {};
      const ids: string[] = [];
      for (const way of Object.keys(WRITES) as WriteName[]) {
        const line = await ground.line(way);
        for (let i = 0; i < 60; i += 1) {
          const id = ground.dice.uuid();
          ids.push(id);
          const answer = await line.send({ room: 'lobby', id, message: 'm'.repeat(2_000) });
          if ('error' in answer) refused[answer.status] = (refused[answer.status] ?? 0) + 1;
          else ok.push(id);
        }
      }
      const told = JSON.stringify(refused);
      expect(Object.keys(refused).join() === '503', `A full disk was answered with ${told}.`);
      const full = await ground.log();
      expect(
        full.length === 100 + ok.length,
        `${full.length} of ${100 + ok.length} acknowledged can be read.`,
      );
      free();
      const line = await ground.line('post');
      for (const id of ids) await ground.say(line, 'm'.repeat(2_000), id);
      const log = await ground.log();
      expect(log.length === 100 + ids.length, `${log.length} messages, not ${100 + ids.length}.`);
      await ground.server.end('SIGKILL');
      await ground.start();
      expect((await ground.log()).length === log.length, 'Messages are gone after a restart.');
      return `${ok.length} acknowledged when it was full, ${told} refused; all taken by a retry once it was freed`;
    }),
};

/** A full disk, and people who only want to read. */
export const f30: Case = {
  name: 'F30',
  title:
    'the disk is full: every read works, for guests and accounts, on the page and the API; only writes are refused',
  run: (build) =>
    onFullDisk(build, async (ground, fillUp) => {
      const masha = await Somebody.guest(ground.url);
      await masha.keep('Masha');
      const guest = await Somebody.guest(ground.url);
      await guest.ask('POST', '/username', { username: 'Olga' });
      await ground.fill(100);
      await fillUp();
      const paths = ['/', '/r/lobby', '/messages', '/messages?last=10', '/account', '/contacts', '/r/garden'];
      for (const who of [masha, guest, new Somebody(ground.url)]) {
        for (const path of [...paths, '/subscribe?after=earliest']) {
          for (const accept of ['*/*', 'text/html']) {
            const { status } = await who.ask('GET', path, undefined, { Accept: accept });
            expect(status === 200, `GET ${path} (${accept}) was answered with ${status}.`);
          }
        }
        const { status } = await who.ask('POST', '/messages', { message: 'x'.repeat(4_000) });
        expect(status === 503, `A message was answered with ${status}.`);
      }
      const watches = (Object.keys(READS) as ReadName[]).map((way) => ground.watch(way));
      await until('All ways read', 10_000, () => watches.every(({ seq }) => seq() >= 100));
      return `${paths.length} addresses for a guest, an account and a stranger, and ${watches.length} ways to follow`;
    }),
};

/** Two servers on one file would each give out the same seqs. */
export const f16: Case = {
  name: 'F16',
  title: 'a second process on the same file: a clean refusal',
  run: (build) =>
    onGround(build, async (ground) => {
      const begun = performance.now();
      const { code, errors } = await runToEnd(
        { DATABASE: join(ground.folder, 'parley.db'), PORT: '0' },
        { main: build.main },
      );
      const took = performance.now() - begun;
      expect(code === 1 && /another Parley is running/.test(errors), `It ended with ${code}: ${errors}`);
      await ground.say(await ground.line());
      return `ended with 1 after ${took.toFixed(0)} ms, naming the reason; the first goes on`;
    }),
};

/** Cursors that are none, or not of this history, on every way. */
export const f22: Case = {
  name: 'F22',
  title: 'a malformed, foreign or future cursor: 400 or a reset, never a part, never a hang',
  run: (build) =>
    onGround(build, async (ground) => {
      await ground.fill(50);
      const findings = new Findings();
      const history = new History('lobby', findings);
      (await ground.log()).forEach((entry) => history.see(entry, 'The log'));
      let tried = 0;
      for (const way of Object.keys(READS) as ReadName[]) {
        for (const kind of Object.keys(BAD)) {
          await tryBadCursor(ground.url, way, kind, history, findings);
          tried += 1;
        }
      }
      expect(findings.total === 0, findings.evidence.join(' '));
      await until('The server is well', 2_000, async () => (await ground.log()).length === 50);
      return `${tried} tries: ${Object.keys(READS).length} ways, ${Object.keys(BAD).join(', ')}`;
    }),
};
