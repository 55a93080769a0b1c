import { setTimeout as pause } from 'node:timers/promises';
import { WRITES, type WriteName } from '../transports/all';
import type { Draft } from '../write-outcomes';
import { expect, type Case } from './case';
import { onGround } from './fixture';

const KILLS = 100;
const WAYS = Object.keys(WRITES) as WriteName[];

/** kill -9 in the middle of a burst; what was acknowledged keeps its place, and a retry finds it there. */
export const f1: Case = {
  name: 'F1',
  title: `kill -9 in a burst, ${KILLS} times: ready in 2 s, a retry returns the original seq`,
  run: (build) =>
    onGround(build, async (ground) => {
      const acknowledged = new Map<string, number>();
      let slowest = 0;
      let unknown = 0;
      for (let kill = 0; kill < KILLS; kill += 1) {
        const drafts: Draft[] = [];
        const last: Draft[] = [];
        const lines = await Promise.all(WAYS.map((way) => ground.line(way)));
        const burst = lines.map(async (line) => {
          for (;;) {
            const draft = { room: 'lobby', id: ground.dice.uuid(), message: `burst ${kill}` };
            drafts.push(draft);
            try {
              acknowledged.set(draft.id, (await ground.say(line, draft.message, draft.id)).seq);
              last.push(draft);
            } catch {
              return;
            }
          }
        });
        await pause(ground.dice.between(5, 150));
        await ground.server.end('SIGKILL');
        await Promise.all(burst);
        slowest = Math.max(slowest, await ground.start());
        const line = await ground.line(ground.dice.pick(WAYS));
        const open = drafts.filter(({ id }) => !acknowledged.has(id));
        unknown += open.length;
        for (const { id, message } of [...open, ...last.slice(-5)]) {
          const { seq } = await ground.say(line, message, id);
          expect(
            (acknowledged.get(id) ?? seq) === seq,
            `${id} was at ${acknowledged.get(id)}, and is at ${seq}.`,
          );
          acknowledged.set(id, seq);
        }
      }
      const log = await ground.log();
      log.forEach(({ id, seq }, i) => {
        expect(
          seq === i + 1 && acknowledged.get(id) === seq,
          `${id} is at ${seq}, not ${acknowledged.get(id)}.`,
        );
      });
      expect(
        log.length === acknowledged.size,
        `${acknowledged.size} acknowledged, ${log.length} in the log.`,
      );
      expect(slowest < 2_000, `A start took ${slowest.toFixed(0)} ms.`);
      return `${acknowledged.size} acknowledged of which ${unknown} by a retry, slowest start ${slowest.toFixed(0)} ms`;
    }),
};

/** The answer to a write is lost on the way back, again and again. */
export const f3: Case = {
  name: 'F3',
  title: 'reset after the commit, before the acknowledgement: the retry is deduplicated',
  run: (build) =>
    onGround(build, async (ground) => {
      const proxy = await ground.proxy();
      let stored = 0;
      const rounds = 60;
      for (let i = 0; i < rounds; i += 1) {
        const line = await ground.line(WAYS[i % WAYS.length], proxy.url);
        const id = ground.dice.uuid();
        // The first one opens the connection of a way that opens it late.
        await ground.say(line, 'first');
        proxy.links.forEach((link) => link.mute());
        const answer = ground.say(line, `unheard ${i}`, id).then(
          () => false,
          () => true,
        );
        await pause(30);
        proxy.links.forEach((link) => link.reset());
        expect(await answer, 'An answer came through a connection that loses answers.');
        line.close();
        const before = (await ground.log()).find((entry) => entry.id === id);
        const again = await ground.say(await ground.line(WAYS[(i + 1) % WAYS.length]), `unheard ${i}`, id);
        if (before) stored += 1;
        expect(
          !before || before.seq === again.seq,
          `${id} was at ${before?.seq}, the retry at ${again.seq}.`,
        );
      }
      const log = await ground.log();
      expect(new Set(log.map(({ id }) => id)).size === log.length, 'An id is there twice.');
      expect(log.length === 2 * rounds, `${log.length} messages, not ${2 * rounds}.`);
      return `${rounds} answers lost, ${stored} of them after the commit; ${rounds} retries, no second row`;
    }),
};

/** SIGTERM under load, again and again. */
export const f24: Case = {
  name: 'F24',
  title: 'rolling restart with SIGTERM under load: it drains, nothing is lost',
  run: (build) =>
    onGround(build, async (ground) => {
      const acknowledged = new Map<string, number>();
      let longest = 0;
      let cut = 0;
      const reading = ['socketio', 'ws', 'sse', 'subscribe'] as const;
      let watches = reading.map((way) => ground.watch(way));
      const rounds = 10;
      for (let round = 0; round < rounds; round += 1) {
        let stopping = false;
        const lines = await Promise.all(WAYS.map((way) => ground.line(way)));
        const burst = lines.map(async (line) => {
          for (;;) {
            const id = ground.dice.uuid();
            try {
              acknowledged.set(id, (await ground.say(line, 'rolling', id)).seq);
            } catch {
              cut += 1;
              return;
            }
            if (stopping) await pause(1);
          }
        });
        await pause(200);
        stopping = true;
        const begun = performance.now();
        const { code } = await ground.server.end('SIGTERM');
        longest = Math.max(longest, performance.now() - begun);
        expect(code === 0, `SIGTERM ended the server with ${code}.`);
        await Promise.all(burst);
        await ground.start();
        watches.forEach(({ stream }) => stream.close());
        watches = watches.map((watch, i) => {
          expect(watch.wrong.length === 0, watch.wrong[0]!);
          return ground.watch(reading[i]!, watch.cursor());
        });
      }
      const log = await ground.log();
      const seqs = new Map(log.map(({ id, seq }) => [id, seq]));
      acknowledged.forEach((seq, id) => expect(seqs.get(id) === seq, `${id} was acknowledged at ${seq}.`));
      for (const watch of watches) {
        const late = performance.now() + 10_000;
        while (watch.seq() < log.length && performance.now() < late) await pause(20);
        expect(
          watch.seq() === log.length && watch.wrong.length === 0,
          `${watch.seq()} of ${log.length}: ${watch.wrong[0]}`,
        );
      }
      return `${rounds} restarts, ${acknowledged.size} acknowledged, ${cut} told no or cut off, longest shutdown ${longest.toFixed(0)} ms`;
    }),
};
