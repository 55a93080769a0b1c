import { setTimeout as pause } from 'node:timers/promises';
import { ALL_WRITES } from '../transports/all';
import type { WriteConnection } from '../transports/transport';
import type { Draft } from '../write-outcomes';
import { check, type Case } from './case';
import { checkContinuous, withFixture, type Fixture } from './fixture';

const KILLS = 100;
/** How long a start may take, in ms. */
const MAX_START_MS = 2_000;
/** How many of the last acknowledged drafts are sent again after each kill. */
const RETRIED = 5;

/** kill -9 during a burst: acknowledged messages keep their seq, and a retry returns it. */
export const f1: Case = {
  name: 'F1',
  title: `kill -9 during a burst, ${KILLS} times: ready in ${MAX_START_MS / 1_000} s, a retry returns the original seq`,
  run: (build) =>
    withFixture(build, async (fixture) => {
      const acknowledged = new Map<string, number>();
      let slowestMs = 0;
      let retried = 0;
      for (let kill = 0; kill < KILLS; kill += 1) {
        const burst = await Burst.start(fixture, `burst ${kill}`);
        await pause(fixture.random.between(5, 150));
        await fixture.server.end('SIGKILL');
        await burst.end();
        burst.acknowledged.forEach((seq, id) => acknowledged.set(id, seq));
        slowestMs = Math.max(slowestMs, await fixture.start());

        const writer = await fixture.openWriter(fixture.random.pick(ALL_WRITES));
        const unanswered = burst.drafts.filter(({ id }) => !acknowledged.has(id));
        const last = burst.drafts.filter(({ id }) => acknowledged.has(id)).slice(-RETRIED);
        retried += unanswered.length;
        for (const { id, message } of [...unanswered, ...last]) {
          const { seq } = await fixture.write(writer, message, id);
          const known = acknowledged.get(id) ?? seq;
          check(known === seq, `${id} was acknowledged at ${known}, and the retry at ${seq}.`);
          acknowledged.set(id, seq);
        }
      }
      const log = await fixture.readLog();
      log.forEach(({ id, seq }, i) => {
        const known = acknowledged.get(id);
        check(seq === i + 1 && known === seq, `${id} is at ${seq}, not at ${known}.`);
      });
      check(log.length === acknowledged.size, `${acknowledged.size} acknowledged, ${log.length} in the log.`);
      check(slowestMs < MAX_START_MS, `A start took ${slowestMs.toFixed(0)} ms.`);
      return `${acknowledged.size} acknowledged of which ${retried} by a retry, slowest start ${slowestMs.toFixed(0)} ms`;
    }),
};

/** A link loses the answer to a write. */
export const f3: Case = {
  name: 'F3',
  title: 'reset after the commit, before the acknowledgement: the retry is deduplicated',
  run: (build) =>
    withFixture(build, async (fixture) => {
      const proxy = await fixture.startProxy();
      let storedAnswers = 0;
      const rounds = 60;
      for (let i = 0; i < rounds; i += 1) {
        const writer = await fixture.openWriter(ALL_WRITES[i % ALL_WRITES.length], proxy.url);
        const id = fixture.random.uuid();
        // HTTP opens its connection with the first request, so make one before the links lose answers.
        await fixture.write(writer, 'first');
        proxy.links.forEach((link) => link.dropFromServer());
        const isLost = fixture.write(writer, `lost answer ${i}`, id).then(
          () => false,
          () => true,
        );
        await pause(30);
        proxy.links.forEach((link) => link.reset());
        check(await isLost, 'An answer arrived over a link that loses answers.');
        writer.close();
        const stored = (await fixture.readLog()).find((entry) => entry.id === id);
        const other = await fixture.openWriter(ALL_WRITES[(i + 1) % ALL_WRITES.length]);
        const retry = await fixture.write(other, `lost answer ${i}`, id);
        if (stored) storedAnswers += 1;
        check(
          !stored || stored.seq === retry.seq,
          `${id} was at ${stored?.seq}, and the retry at ${retry.seq}.`,
        );
      }
      const log = await fixture.readLog();
      check(new Set(log.map(({ id }) => id)).size === log.length, 'An id is stored twice.');
      check(log.length === 2 * rounds, `${log.length} messages, not ${2 * rounds}.`);
      return `${rounds} answers lost, ${storedAnswers} of them after the commit; ${rounds} retries, no second row`;
    }),
};

/** Graceful shutdown under load. */
export const f24: Case = {
  name: 'F24',
  title: 'rolling restart with SIGTERM under load: it drains, nothing is lost',
  run: (build) =>
    withFixture(build, async (fixture) => {
      const acknowledged = new Map<string, number>();
      let longestMs = 0;
      let unanswered = 0;
      const transports = ['socketio', 'ws', 'sse', 'subscribe'] as const;
      let readers = transports.map((transport) => fixture.openReader(transport));
      const rounds = 10;
      for (let round = 0; round < rounds; round += 1) {
        const burst = await Burst.start(fixture, 'rolling');
        await pause(200);
        burst.slowDown();
        const stoppedAt = performance.now();
        const { code } = await fixture.server.end('SIGTERM');
        longestMs = Math.max(longestMs, performance.now() - stoppedAt);
        check(code === 0, `After SIGTERM the server exited with ${code}.`);
        await burst.end();
        burst.acknowledged.forEach((seq, id) => acknowledged.set(id, seq));
        unanswered += burst.drafts.length - burst.acknowledged.size;
        await fixture.start();
        checkContinuous(readers);
        readers.forEach(({ connection }) => connection.close());
        readers = readers.map((reader, i) => fixture.openReader(transports[i]!, reader.cursor()));
      }
      const log = await fixture.readLog();
      const seqs = new Map(log.map(({ id, seq }) => [id, seq]));
      acknowledged.forEach((seq, id) => check(seqs.get(id) === seq, `${id} was acknowledged at ${seq}.`));
      const deadline = performance.now() + 10_000;
      for (const { seq, problems } of readers) {
        while (seq() < log.length && performance.now() < deadline) await pause(20);
        check(
          seq() === log.length && problems.length === 0,
          `${seq()} of ${log.length}: ${problems.join('; ')}`,
        );
      }
      return `${rounds} restarts, ${acknowledged.size} acknowledged, ${unanswered} refused or cut off, longest shutdown ${longestMs.toFixed(0)} ms`;
    }),
};

/** Writes without pauses over every transport, until the connections break. */
class Burst {
  readonly drafts: Draft[] = [];
  /** The seqs of the acknowledged drafts, by id. */
  readonly acknowledged = new Map<string, number>();
  private isSlow = false;
  private done: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly fixture: Fixture,
    private readonly text: string,
  ) {}

  static async start(fixture: Fixture, text: string): Promise<Burst> {
    const burst = new Burst(fixture, text);
    const writers = await Promise.all(ALL_WRITES.map((transport) => fixture.openWriter(transport)));
    burst.done = Promise.all(writers.map((writer) => burst.write(writer)));
    return burst;
  }

  /** Pauses between writes from now on, so that a server that is shutting down has time for other work. */
  slowDown(): void {
    this.isSlow = true;
  }

  /** Waits until all connections have broken. */
  async end(): Promise<void> {
    await this.done;
  }

  private async write(writer: WriteConnection): Promise<void> {
    for (;;) {
      const draft = { room: 'lobby', id: this.fixture.random.uuid(), message: this.text };
      this.drafts.push(draft);
      try {
        this.acknowledged.set(draft.id, (await this.fixture.write(writer, draft.message, draft.id)).seq);
      } catch {
        return;
      }
      if (this.isSlow) await pause(1);
    }
  }
}
