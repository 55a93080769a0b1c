import { existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../build';
import type { ReadName } from '../transports/all';
import { expect, until, type Case } from './case';
import { onGround, type Ground, type Watch } from './fixture';

const CLIENTS = 2_000;
/** What they missed: a little, and more than the server keeps in memory. */
const MISSED = [50, 600];
/** The most statements that may read the log: clients come in waves, and a page takes two. */
const MOST = 100;
/** Within what time they come back, in ms. */
const JITTER = 1_000;
const WAYS = ['ws', 'sse', 'socketio'] as const;

/** A server comes back, and everybody with it. */
export const f23: Case = {
  name: 'F23',
  title: `${CLIENTS} clients reconnect at once: the database is read about once for the room, not once for each`,
  run: (build) => {
    const reads = pathToFileURL(join(ROOT, 'proofs', 'soak', 'preload', 'reads.mjs')).href;
    const file = join(tmpdir(), `parley-reads-${process.pid}`);
    return onGround(
      build,
      async (ground) => {
        await ground.fill(3_000);
        const log = await ground.log();
        const figures: string[] = [];
        for (const missed of MISSED) {
          const { cursor } = log[log.length - missed - 1]!;
          await ground.server.end('SIGKILL');
          await ground.start();
          const before = await count(ground, file);
          const begun = performance.now();
          const clients = Array.from({ length: CLIENTS }, (_, i) =>
            come(ground, WAYS[i % 3]!, cursor, log.length),
          );
          const watches = await Promise.all(clients);
          const seconds = (performance.now() - begun) / 1_000;
          const made = (await count(ground, file)) - before;
          watches.forEach(({ stream }) => stream.close());
          const figure = `${missed} missed: ${made} reads, all caught up after ${seconds.toFixed(1)} s`;
          figures.push(figure);
          expect(made <= MOST, figures.join('; '));
          await pause(500);
        }
        return `${CLIENTS} clients over ${WAYS.join(', ')}; ${figures.join('; ')}`;
      },
      { NODE_OPTIONS: `--import ${reads}`, COUNT_READS: file },
    );
  },
};

/** Comes back as a client does: after a while of its own, and again if there was no getting in. */
async function come(ground: Ground, way: ReadName, cursor: string, head: number): Promise<Watch> {
  for (let attempt = 1; ; attempt += 1) {
    await pause(ground.dice.between(0, JITTER));
    const watch = ground.watch(way, cursor);
    await until(`${way} is live again`, 60_000, () => watch.seq() === head || Boolean(watch.ending()));
    expect(watch.wrong.length === 0, watch.wrong[0]!);
    if (watch.seq() === head) return watch;
    expect(attempt < 5, `${way} was ended ${attempt} times: ${JSON.stringify(watch.ending())}`);
    cursor = watch.cursor();
  }
}

async function count(ground: Ground, file: string): Promise<number> {
  rmSync(file, { force: true });
  ground.server.child.kill('SIGUSR2');
  await until('The count', 5_000, () => existsSync(file) && readFileSync(file, 'utf8') !== '');
  const reads = Number(readFileSync(file, 'utf8'));
  rmSync(file);
  return reads;
}
