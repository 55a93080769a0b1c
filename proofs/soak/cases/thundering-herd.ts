import { existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { PUSH_TRANSPORTS, type ReadTransport } from '../transports/all';
import { check, waitUntil, type Case } from './case';
import { checkContinuous, preload, withFixture, type CheckedReader, type Fixture } from './fixture';

const CLIENTS = 2_000;
/** The length of the log, in messages. */
const STORED = 3_000;
/** How many messages the clients have missed: a few, and more than the server caches. */
const MISSED = [50, 600];
/** The most reads of the log that are allowed: clients arrive in waves, and a page takes two reads. */
const MAX_READS = 100;
/** Clients reconnect within this time, in ms. */
const JITTER_MS = 1_000;
const MAX_ATTEMPTS = 5;

/** All clients reconnect after a restart. */
export const f23: Case = {
  name: 'F23',
  title: `${CLIENTS} clients reconnect at once: the database is read about once for the room, not once for each`,
  run: (build) => {
    const file = join(tmpdir(), `parley-reads-${process.pid}`);
    return withFixture(
      build,
      async (fixture) => {
        await fixture.fill(STORED);
        const log = await fixture.readLog();
        const figures: string[] = [];
        for (const missed of MISSED) {
          const { cursor } = log[log.length - missed - 1]!;
          await fixture.server.end('SIGKILL');
          await fixture.start();
          const before = await countReads(fixture, file);
          const startedAt = performance.now();
          const readers = await Promise.all(
            Array.from({ length: CLIENTS }, (_, i) => {
              const transport = PUSH_TRANSPORTS[i % PUSH_TRANSPORTS.length]!;
              return reconnect(fixture, transport, cursor, log.length);
            }),
          );
          const seconds = (performance.now() - startedAt) / 1_000;
          const reads = (await countReads(fixture, file)) - before;
          readers.forEach(({ connection }) => connection.close());
          figures.push(`${missed} missed: ${reads} reads, all caught up after ${seconds.toFixed(1)} s`);
          check(reads <= MAX_READS, figures.join('; '));
          await pause(500);
        }
        return `${CLIENTS} clients over ${PUSH_TRANSPORTS.join(', ')}; ${figures.join('; ')}`;
      },
      { ...preload('reads.mjs'), COUNT_READS: file },
    );
  },
};

/** Connects after a random time, and again if the connection closes before the reader has reached the head. */
async function reconnect(
  fixture: Fixture,
  transport: ReadTransport,
  after: string,
  head: number,
): Promise<CheckedReader> {
  let cursor = after;
  for (let attempt = 1; ; attempt += 1) {
    await pause(fixture.random.between(0, JITTER_MS));
    const reader = fixture.openReader(transport, cursor);
    await waitUntil(
      `${transport} reaches the head`,
      60_000,
      () => reader.seq() === head || Boolean(reader.closeReason()),
    );
    checkContinuous([reader]);
    if (reader.seq() === head) return reader;
    check(
      attempt < MAX_ATTEMPTS,
      `${transport} was closed ${attempt} times: ${JSON.stringify(reader.closeReason())}`,
    );
    cursor = reader.cursor();
  }
}

/** Requests the number of reads of the log from the server; see `preload/reads.mjs`. */
async function countReads(fixture: Fixture, file: string): Promise<number> {
  rmSync(file, { force: true });
  fixture.server.child.kill('SIGUSR2');
  await waitUntil('The count', 5_000, () => existsSync(file) && readFileSync(file, 'utf8') !== '');
  const reads = Number(readFileSync(file, 'utf8'));
  rmSync(file);
  return reads;
}
