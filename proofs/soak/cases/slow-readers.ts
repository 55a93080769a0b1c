import { setTimeout as pause } from 'node:timers/promises';
import type { NewMessage } from '../../../server/wire';
import { percentile } from '../../percentile';
import { PUSH_TRANSPORTS } from '../transports/all';
import { check, waitUntil, type Case } from './case';
import { checkContinuous, withFixture, type CheckedReader, type Fixture } from './fixture';
import { anonymousMemoryMb, countConnections, peakMemoryMb } from './process-figures';
import { openStalledClient, type StalledClient } from './stalled-clients';

/**
 * Enough to divide what does not belong to one reader: V8 may leave up to 20 MB of encoded pages uncollected for a while,
 * whether there are 5 readers or 60.
 */
const STALLED = 60;
/** How many of the stalled readers resume, and read to the end. */
const RESUMED = 5;
/** The load: 8,000 messages of 3,000 characters, which is 24 MB without the rest of each entry. */
const COUNT = 8_000;
const SIZE = 3_000;
/** How much server memory a stalled reader may cost, in MB. */
const MAX_COST_MB = 1;
/** When stalled readers must be closed, in ms after the last message: 30 s, and as much for a close handshake that they do not read. */
const CLOSE_MS = 75_000;

/** Readers that stop reading, on each push transport. */
export const f6: Case = {
  name: 'F6',
  title:
    'readers that stop reading: at most 1 MB more of server memory each; closed; they resume with no gap',
  run: async (build) => {
    const figures: string[] = [];
    const baselineMb = Number(await withFixture(build, async (fixture) => String(await load(fixture, []))));
    for (const transport of PUSH_TRANSPORTS) {
      const figure = await withFixture(build, async (fixture) => {
        const clients = await Promise.all(
          Array.from({ length: STALLED }, () => openStalledClient(transport, fixture.url)),
        );
        const costMb = ((await load(fixture, clients)) - baselineMb) / STALLED;
        const writtenAt = performance.now();
        await waitUntil(
          `${transport}: stalled readers are closed`,
          CLOSE_MS,
          () => countConnections(fixture.server.port) === 0,
        );
        const seconds = (performance.now() - writtenAt) / 1_000;
        const cursors = await Promise.all(clients.map((client) => client.drain()));
        check(
          clients.every(({ socket }) => socket.destroyed),
          `${transport}: the socket of a client is still open.`,
        );
        const readers = cursors.slice(0, RESUMED).map((cursor) => fixture.openReader(transport, cursor));
        await waitUntil(`${transport}: they resume`, 60_000, () =>
          readers.every(({ seq }) => seq() === COUNT),
        ).catch((error: Error) => check(false, `${error.message} ${readers.map(describe).join()}`));
        checkContinuous(readers);
        const text = `${transport} ${costMb.toFixed(2)} MB each, all closed ${seconds.toFixed(0)} s after the last message`;
        check(costMb <= MAX_COST_MB, text);
        return text;
      });
      figures.push(figure);
    }
    return `${STALLED} stalled readers, ${(COUNT * SIZE) / 1e6} MB through the room: ${figures.join('; ')}`;
  },
};

/** Describes how far a reader has come. */
function describe({ seq, closeReason }: CheckedReader): string {
  const reason = closeReason();
  return reason ? `${seq()} (${reason.status ?? ''} ${reason.error})` : String(seq());
}

/** Stalls the clients and writes all messages. @returns the server's peak memory, in MB. */
async function load(fixture: Fixture, clients: StalledClient[]): Promise<number> {
  const reader = fixture.openReader('ws');
  clients.forEach((client) => client.stall());
  const peakMb = await peakMemoryMb(fixture.pid, 50, async () => {
    await fixture.fill(COUNT, SIZE);
    await waitUntil('A reader that does not stall', 20_000, () => reader.seq() === COUNT);
    await pause(1_000);
  });
  reader.connection.close();
  return peakMb;
}

/** Readers behind slow links, and the latency of the other readers with and without them, alternating. */
export const f7: Case = {
  name: 'F7',
  title: "1 KB/s readers: the same bound, and the others' p99 changes by under 10 %",
  run: (build) =>
    withFixture(build, async (fixture) => {
      const proxy = await fixture.startProxy();
      const latencies: Record<'with' | 'without', number[]> = { with: [], without: [] };
      let current = latencies.without;
      const sentAt = new Map<string, number>();
      const onMessage = ({ id }: NewMessage): void => {
        const begin = sentAt.get(id);
        if (begin !== undefined) current.push(performance.now() - begin);
      };
      for (const transport of PUSH_TRANSPORTS) {
        fixture.openReader(transport, 'earliest', fixture.url, onMessage);
      }
      const writer = await fixture.openWriter('socketio');
      const runRound = async (): Promise<void> => {
        for (let i = 0; i < 300; i += 1) {
          const id = fixture.random.uuid();
          sentAt.set(id, performance.now());
          void fixture.write(writer, 'm'.repeat(300), id);
          await pause(4);
        }
        await pause(200);
        sentAt.clear();
      };
      // Discard the first round, in which code is compiled and caches are filled.
      await runRound();
      latencies.without.length = 0;
      let grownMb = 0;
      const initialMb = anonymousMemoryMb(fixture.pid);
      for (let turn = 0; turn < 6; turn += 1) {
        current = latencies.without;
        await runRound();
        current = latencies.with;
        const slowReaders = PUSH_TRANSPORTS.map((transport) =>
          fixture.openReader(transport, 'earliest', proxy.url),
        );
        await pause(100);
        proxy.links.forEach((link) => link.throttle(1_000));
        await runRound();
        grownMb = Math.max(grownMb, anonymousMemoryMb(fixture.pid) - initialMb);
        slowReaders.forEach(({ connection }) => connection.close());
        checkContinuous(slowReaders);
      }
      const [without, withSlow] = [percentile(latencies.without, 0.99), percentile(latencies.with, 0.99)];
      const change = ((withSlow - without) / without) * 100;
      const figures = `p99 ${without.toFixed(1)} ms without and ${withSlow.toFixed(1)} ms with three 1 KB/s readers (${change.toFixed(0)} %, ${latencies.with.length} samples each), memory grew by ${grownMb.toFixed(0)} MB`;
      check(change < 10, figures);
      return figures;
    }),
};
