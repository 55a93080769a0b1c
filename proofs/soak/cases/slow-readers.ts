import { setTimeout as pause } from 'node:timers/promises';
import type { NewMessage } from '../../../server/wire';
import { expect, percentile, until, type Case } from './case';
import { onGround, type Ground, type Watch } from './fixture';
import { established, memory } from './process-figures';
import { STALLERS, type Staller } from './stalled-clients';

const STALLED = 20;
/** How many of them are followed until they have seen everything. */
const RESUME = 5;
/** What goes through the room meanwhile: 8,000 messages of 3,000 characters, 24 MB and what is around them. */
const COUNT = 8_000;
const SIZE = 3_000;
/** The most that one stalled reader may cost, in MB. */
const COST = 1;
/** When a stalled reader must be gone, in ms after the last message: 30 s, and as long for the goodbye nobody reads. */
const CLOSED = 75_000;

/** Readers that stop reading, on each push transport. */
export const f6: Case = {
  name: 'F6',
  title:
    'readers that stop reading: at most 1 MB more of server memory each; closed; they resume with no gap',
  run: async (build) => {
    const figures: string[] = [];
    const without = await onGround(build, async (ground) => String(await peak(ground, [])));
    for (const [way, staller] of Object.entries(STALLERS)) {
      const figure = await onGround(build, async (ground) => {
        const stalled = await Promise.all(Array.from({ length: STALLED }, () => staller(ground.url)));
        const each = ((await peak(ground, stalled)) - Number(without)) / STALLED;
        const begun = performance.now();
        await until(
          `${way}: stalled readers are closed`,
          CLOSED,
          () => established(ground.server.port) === 0,
        );
        const seconds = (performance.now() - begun) / 1_000;
        // What was in the kernels' buffers is read now; then the cursor brings the reader back.
        const places = await Promise.all(stalled.map((one) => one.drain()));
        expect(
          stalled.every(({ socket }) => socket.destroyed),
          `${way}: a client was not told.`,
        );
        const name = way as keyof typeof STALLERS;
        const watches = places.slice(0, RESUME).map((cursor) => ground.watch(name, cursor));
        await until(`${way}: they resume`, 60_000, () => watches.every(({ seq }) => seq() === COUNT)).catch(
          (error: Error) => expect(false, `${error.message} ${watches.map(standing).join()}`),
        );
        const wrong = watches.flatMap((watch) => watch.wrong);
        expect(wrong.length === 0, wrong[0]!);
        const text = `${way} ${each.toFixed(2)} MB each, all closed ${seconds.toFixed(0)} s after the last message`;
        expect(each <= COST, text);
        return text;
      });
      figures.push(figure);
    }
    return `${STALLED} stalled readers, ${(COUNT * SIZE) / 1e6} MB through the room: ${figures.join('; ')}`;
  },
};

/** Where a reader is, in words. */
function standing({ seq, ending }: Watch): string {
  const over = ending();
  return over ? `${seq()} (${over.status ?? ''} ${over.error})` : String(seq());
}

/** Sends all messages. @returns the most that the server held meanwhile, in MB. */
async function peak(ground: Ground, stalled: Staller[]): Promise<number> {
  const reader = ground.watch('ws');
  stalled.forEach((one) => one.stall());
  let most = 0;
  const looking = setInterval(() => (most = Math.max(most, memory(ground.pid))), 50);
  await ground.fill(COUNT, SIZE);
  await until('A reader beside them', 20_000, () => reader.seq() === COUNT);
  await pause(1_000);
  clearInterval(looking);
  reader.stream.close();
  return most;
}

/** Someone on a very slow line, and the others' delay with and without them, in turns. */
export const f7: Case = {
  name: 'F7',
  title: "1 KB/s readers: the same bound, and the others' p99 moves by under 10 %",
  run: (build) =>
    onGround(build, async (ground) => {
      const proxy = await ground.proxy();
      const delays: Record<'with' | 'without', number[]> = { with: [], without: [] };
      let current = delays.without;
      const sent = new Map<string, number>();
      const took = (entry: NewMessage): void => {
        const begun = sent.get(entry.id);
        if (begun !== undefined) current.push(performance.now() - begun);
      };
      (['socketio', 'ws', 'sse'] as const).forEach((way) => ground.watch(way, 'earliest', ground.url, took));
      const line = await ground.line('socketio');
      const round = async (): Promise<void> => {
        for (let i = 0; i < 300; i += 1) {
          const id = ground.dice.uuid();
          sent.set(id, performance.now());
          void ground.say(line, 'm'.repeat(300), id);
          await pause(4);
        }
        await pause(200);
        sent.clear();
      };
      await round();
      delays.without.length = 0;
      let most = 0;
      const before = memory(ground.pid);
      for (let turn = 0; turn < 6; turn += 1) {
        current = delays.without;
        await round();
        current = delays.with;
        const slow = (['socketio', 'ws', 'sse'] as const).map((way) =>
          ground.watch(way, 'earliest', proxy.url),
        );
        await pause(100);
        proxy.links.forEach((link) => link.throttle(1_000));
        await round();
        most = Math.max(most, memory(ground.pid) - before);
        slow.forEach(({ stream, wrong }) => {
          stream.close();
          expect(wrong.length === 0, wrong[0]!);
        });
      }
      const [alone, beside] = [percentile(delays.without, 0.99), percentile(delays.with, 0.99)];
      const moved = ((beside - alone) / alone) * 100;
      const figures = `p99 ${alone.toFixed(1)} ms without and ${beside.toFixed(1)} ms with three 1 KB/s readers (${moved.toFixed(0)} %, ${delays.with.length} samples each), memory grew by ${most.toFixed(0)} MB`;
      expect(moved < 10, figures);
      return figures;
    }),
};
