import { setTimeout as pause } from 'node:timers/promises';
import { readAll } from '../../__tests__/support/http';
import { pickBadCursor, tryBadCursor } from './bad-cursors';
import type { Build } from './build';
import { Counters } from './counters';
import { Deployment, type Topology } from './deployment';
import { Faults } from './faults';
import { verifyLog } from './final-log';
import { Findings, type FindingKind } from './findings';
import { ObservedLog } from './observed-log';
import { olderBackupFault } from './older-backups';
import { Position } from './position';
import { RandomSource } from './random-source';
import { Reader } from './reader';
import type { RunContext } from './run-context';
import type { ReadTransport, WriteTransport } from './transports/all';
import { WriteOutcomes } from './write-outcomes';
import { Writer, type SharedDrafts } from './writer';

/** Two rooms, so that readers can join another room on the same connection. */
const ROOMS = ['lobby', 'kitchen'];
/** The average backlog of a reader, in messages, above which writers wait. */
const MAX_BACKLOG = 4_000;
/** How long nothing may reach a reader after the last fault while something is outstanding, in ms. */
const CATCH_UP_MS = 90_000;
/** The same after a finding, in ms: readers may wait for entries that never come. */
const CATCH_UP_AFTER_FINDING_MS = 6_000;

/** The size of a run. */
export interface Plan extends Topology {
  seed: number;
  deliveries: number;
  minutes: number;
  readers: number;
  writers: number;
  reads: readonly ReadTransport[];
  writes: readonly WriteTransport[];
  /** Kinds of findings of which one ends the run early. */
  stopAt?: readonly FindingKind[];
}

/** A run of random writers, readers and faults, with decisions that follow from a seed. */
export class RandomRun {
  readonly findings = new Findings();
  readonly counters = new Counters();
  readonly outcomes = new WriteOutcomes(this.findings);
  private readonly startedAt = performance.now();
  private readonly logs = ROOMS.map((room) => new ObservedLog(room, this.findings));
  private readers: Reader[] = [];
  private deployment: Deployment | undefined;

  constructor(private readonly plan: Plan) {}

  /** Runs until the plan is fulfilled, and verifies the log at the end. @throws {Error} if the server can't be started. */
  async run(build: Build): Promise<void> {
    const { plan, counters, findings } = this;
    const random = new RandomSource(plan.seed, 'run');
    const deployment = (this.deployment = await Deployment.open(build, plan, random, findings));
    const context = { deployment, counters, findings };
    try {
      const shared: SharedDrafts = {
        rooms: ROOMS,
        outcomes: this.outcomes,
        unanswered: [],
        recent: [],
        canWrite: () => this.isBacklogSmall,
      };
      this.readers = Array.from({ length: plan.readers }, (_, i) =>
        this.createReader(`reader ${i}`, context),
      );
      const writers = Array.from({ length: plan.writers }, (_, i) => {
        const name = `writer ${i}`;
        return new Writer(name, context, new RandomSource(plan.seed, name), plan.writes, shared);
      });
      const { logs, outcomes, readers } = this;
      const faults = new Faults(deployment, plan.seed, counters, (tools) => ({
        'bad cursor': { weight: 3, inject: () => this.sendBadCursor(deployment, random) },
        'burst of readers': { weight: 3, inject: () => void this.runReaderBurst(context, random) },
        ...(deployment.postgres && {
          'older backup restored': olderBackupFault({ deployment, logs, outcomes, readers }, tools),
        }),
      }));
      const reading = this.readers.map((reader) => reader.run());
      const writing = writers.map((writer) => writer.run());
      const injecting = faults.run();

      const isDone = () => (this.isEnoughWritten && faults.isComplete) || this.hasFound;
      while (!isDone() && this.seconds < plan.minutes * 60) await pause(200);
      writers.forEach((writer) => writer.stop());
      faults.stop();
      await Promise.all([...writing, injecting]);
      await this.verify(deployment, random);
      this.readers.forEach((reader) => reader.stop());
      await Promise.all(reading);
    } finally {
      await deployment.close();
    }
  }

  /** How long the run has taken, in s. */
  get seconds(): number {
    return (performance.now() - this.startedAt) / 1_000;
  }

  /** How many deliveries to readers are outstanding. */
  get backlog(): number {
    return this.readers.reduce((sum, reader) => sum + reader.backlog, 0);
  }

  get slowestStartMs(): number {
    return this.deployment?.slowestStartMs ?? 0;
  }

  /** How many requests the balancer sent to each node. */
  get requests(): readonly number[] {
    return this.deployment?.requests ?? [];
  }

  private get hasFound(): boolean {
    return this.plan.stopAt?.some((kind) => this.findings.counts[kind] > 0) ?? false;
  }

  private get isEnoughWritten(): boolean {
    return this.counters.deliveries + this.backlog >= this.plan.deliveries;
  }

  private get isBacklogSmall(): boolean {
    return this.backlog < MAX_BACKLOG * this.plan.readers;
  }

  /** @param startOf returns the cursor at which the reader starts in a room. */
  private createReader(
    name: string,
    context: RunContext,
    startOf: (log: ObservedLog) => string = () => 'earliest',
  ): Reader {
    const positions = this.logs.map((log) => new Position(name, log, this.findings, startOf(log)));
    return new Reader(name, context, new RandomSource(this.plan.seed, name), this.plan.reads, positions);
  }

  /** Runs readers that start at once, in the middle of the log, and leave soon. */
  private async runReaderBurst(context: RunContext, random: RandomSource): Promise<void> {
    if (this.logs.some(({ head }) => head === 0)) return;
    const startOf = (log: ObservedLog) => log.knownCursor(random.below(log.head));
    const readers = Array.from({ length: 5 + random.below(15) }, (_, i) =>
      this.createReader(`burst reader ${i}`, context, startOf),
    );
    const reading = readers.map((reader) => reader.run());
    await pause(random.between(300, 2_000));
    readers.forEach((reader) => reader.stop());
    await Promise.all(reading);
  }

  private async sendBadCursor(deployment: Deployment, random: RandomSource): Promise<void> {
    const log = random.pick(this.logs);
    if (log.head === 0) return;
    const transport = random.pick(this.plan.reads);
    await tryBadCursor(deployment.directUrl(random), transport, pickBadCursor(random), log, this.findings);
  }

  /** Reads the whole log after another crash, and compares it with the acknowledgements and the deliveries. */
  private async verify(deployment: Deployment, random: RandomSource): Promise<void> {
    await deployment.restartAll();
    for (const observed of this.logs) {
      const { room, head } = observed;
      const log = await readAll(deployment.directUrl(random), room).catch(() => undefined);
      if (!log) {
        this.findings.add('loss', `${room} can no longer be read.`);
        continue;
      }
      log.forEach((entry) => observed.observe(entry, 'The log'));
      if (head > log.length) {
        this.findings.add('phantom', `${room}:${head} was delivered, but the log ends at ${log.length}.`);
      }
      verifyLog(room, log, this.outcomes, this.findings);
    }
    await this.catchUp();
  }

  private async catchUp(): Promise<void> {
    const timeoutMs = this.findings.total > 0 ? CATCH_UP_AFTER_FINDING_MS : CATCH_UP_MS;
    let { backlog } = this;
    let deadline = performance.now() + timeoutMs;
    while (backlog > 0 && performance.now() < deadline) {
      await pause(100);
      if (this.backlog < backlog) deadline = performance.now() + timeoutMs;
      backlog = Math.min(backlog, this.backlog);
    }
    if (this.backlog > 0) {
      this.findings.add(
        'loss',
        `${this.backlog} messages did not reach their readers: none did for ${timeoutMs} ms.`,
      );
    }
  }
}
