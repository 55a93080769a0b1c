import { setTimeout as pause } from 'node:timers/promises';
import { io } from 'socket.io-client';
import type { MessagePage, NewMessage } from '../../../server/wire';
import { READS, type ReadName } from '../transports/all';
import { ask } from '../transports/http';
import { expect, until, type Case } from './case';
import { onGround, type Ground, type Watch } from './fixture';

const ALL = Object.keys(READS) as ReadName[];

/** Writes without a pause until it is told to stop. @returns how many were acknowledged. */
function load(ground: Ground): () => Promise<number> {
  let going = true;
  let count = 0;
  const lane = async (): Promise<void> => {
    const line = await ground.line('socketio');
    while (going) {
      await ground.say(line, `load ${count}`);
      count += 1;
      await pause(1);
    }
  };
  const lanes = Array.from({ length: 4 }, lane);
  return async () => {
    going = false;
    await Promise.all(lanes);
    return count;
  };
}

async function arrive(ground: Ground, watches: Watch[]): Promise<number> {
  const { length } = await ground.log();
  await until('Readers come to the end', 30_000, () => watches.every(({ seq }) => seq() === length)).catch(
    (error: Error) =>
      expect(false, `${error.message} ${watches.map(({ seq }) => seq()).join()} of ${length}`),
  );
  const wrong = watches.flatMap((watch) => watch.wrong);
  expect(wrong.length === 0, wrong.join('; '));
  return length;
}

/** Breaks a replay off, many times, on each transport. */
export const f8: Case = {
  name: 'F8',
  title: 'disconnect during a replay of 10,000: it resumes after the last one delivered',
  run: (build) =>
    onGround(build, async (ground) => {
      await ground.fill(10_000);
      let breaks = 0;
      for (const way of ALL) {
        let cursor = 'earliest';
        for (let turn = 0; !cursor.endsWith(':10000'); turn += 1) {
          expect(turn < 500, `${way} got no further than ${cursor}.`);
          let shown = 0;
          const most = turn > 30 ? Infinity : 1 + ground.dice.below(800);
          const watch = ground.watch(way, cursor, ground.url, () => {
            shown += 1;
            if (shown === most) watch.stream.close();
          });
          await until(way, 10_000, () => shown >= most || watch.seq() === 10_000 || Boolean(watch.ending()));
          watch.stream.close();
          expect(watch.wrong.length === 0, watch.wrong[0]!);
          cursor = watch.cursor();
          breaks += 1;
        }
      }
      return `${breaks} breaks on ${ALL.length} ways, no gap and no repeat`;
    }),
};

/** Joins where messages are just being written: with a cursor, with the last few, and with neither. */
export const f9: Case = {
  name: 'F9',
  title: 'a reader joins while a burst is written: no hole and no repeat at the join',
  run: (build) =>
    onGround(build, async (ground) => {
      await ground.fill(200);
      const stop = load(ground);
      const watches: Watch[] = [];
      const lives: { seqs: number[]; bound: number }[] = [];
      for (let round = 0; round < 40; round += 1) {
        const { body } = await ask<MessagePage>(`${ground.url}/messages?last=20`);
        // The page renders the last ones, and its stream goes on from their cursor.
        watches.push(ground.watch(ALL[round % ALL.length]!, body.cursor));
        const live: (typeof lives)[number] = { seqs: [], bound: Infinity };
        const socket = io(ground.url, { forceNew: true, transports: ['websocket'], reconnection: false });
        ground.onClose(() => socket.disconnect());
        socket.on('new_message', ({ seq }: NewMessage) => live.seqs.push(seq));
        socket.on('connect', () => {
          // It began at the head, which is at most what the head is by now.
          void ask<MessagePage>(`${ground.url}/messages?last=1`).then(
            (now) => (live.bound = now.body.messages[0]!.seq),
          );
        });
        lives.push(live);
        await pause(ground.dice.between(1, 60));
      }
      await pause(300);
      const written = await stop();
      const length = await arrive(ground, watches);
      await until('Live readers come to the end', 10_000, () =>
        lives.every(({ seqs }) => seqs.at(-1) === length),
      );
      for (const { seqs, bound } of lives) {
        expect(seqs[0]! <= bound + 1, `A live reader began with ${seqs[0]}, the head was at most ${bound}.`);
        seqs.forEach((seq, i) => expect(seq === seqs[0]! + i, `${seq} stands after ${seqs[i - 1]}.`));
      }
      return `${watches.length + lives.length} joins while ${written} were written, none with a hole or a repeat`;
    }),
};

/** Socket.IO's own change of transport. */
export const f10: Case = {
  name: 'F10',
  title: 'the upgrade from polling to WebSocket under load: no loss, no reordering',
  run: (build) =>
    onGround(build, async (ground) => {
      await ground.fill(1_000);
      const stop = load(ground);
      const watches: Watch[] = [];
      let upgraded = 0;
      for (let i = 0; i < 60; i += 1) {
        watches.push(ground.watch('socketio-upgrade', i % 2 ? 'earliest' : await last(ground)));
        const probe = io(ground.url, {
          forceNew: true,
          transports: ['polling', 'websocket'],
          reconnection: false,
        });
        ground.onClose(() => probe.disconnect());
        probe.once('connect', () => probe.io.engine.once('upgrade', () => (upgraded += 1)));
        await pause(30);
      }
      await pause(500);
      await stop();
      const length = await arrive(ground, watches);
      expect(upgraded > 0, 'No connection was upgraded.');
      return `${watches.length} readers through ${length} messages; ${upgraded} of 60 beside them seen upgrading`;
    }),
};

async function last(ground: Ground): Promise<string> {
  return (await ask<MessagePage>(`${ground.url}/messages?last=1`)).body.cursor;
}

/** One cursor, carried from transport to transport. */
export const f11: Case = {
  name: 'F11',
  title: 'a change of transport in the middle, with the same cursor: continuous',
  run: (build) =>
    onGround(build, async (ground) => {
      await ground.fill(500);
      const stop = load(ground);
      let cursor = 'earliest';
      let changes = 0;
      for (const from of ALL) {
        for (const to of ALL) {
          for (const way of [from, to]) {
            const begun = cursor;
            const watch = ground.watch(way, cursor);
            await until(`${way} from ${begun}`, 10_000, () => watch.cursor() !== begun);
            await pause(ground.dice.between(0, 60));
            watch.stream.close();
            expect(watch.wrong.length === 0, watch.wrong[0]!);
            cursor = watch.cursor();
            changes += 1;
          }
        }
      }
      const written = await stop();
      return `${changes} changes between ${ALL.length} ways while ${written} were written, each continuous`;
    }),
};
