import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { hasPostgres } from '../../../__tests__/support/postgres-programs';
import type { Build } from '../build';
import { Deployment } from '../deployment';
import { Findings } from '../findings';
import { ObservedLog } from '../observed-log';
import { Position } from '../position';
import { RandomSource } from '../random-source';
import { ANY_NODE_READS, READ_TRANSPORTS, WRITE_TRANSPORTS } from '../transports/all';
import type { ReadConnection } from '../transports/transport';
import { WriteOutcomes, type Draft } from '../write-outcomes';
import { check, Skipped, waitUntil } from './case';

const ROOM = 'lobby';
const NODES = 3;
/** How long a case may take to reach a state, in ms. */
const TIMEOUT_MS = 60_000;

/** Three nodes on PostgreSQL, with a reader on each transport and a writer that sends each message until it is answered. */
export class Cluster {
  readonly findings = new Findings();
  readonly outcomes = new WriteOutcomes(this.findings);
  readonly random = new RandomSource(randomInt(2 ** 31), 'case');
  readonly log = new ObservedLog(ROOM, this.findings);
  /** The longest time that a draft took from its first sending to its acknowledgement, in ms. */
  slowestWriteMs = 0;
  /** How many attempts had no answer, or a retryable one. */
  unanswered = 0;
  readonly positions: Position[] = [];
  private readonly connections = new Set<ReadConnection>();
  private isReading = true;
  private isClosed = false;

  private constructor(readonly deployment: Deployment) {}

  static async open(build: Build): Promise<Cluster> {
    if (!hasPostgres) throw new Skipped('PostgreSQL is not installed.');
    const random = new RandomSource(randomInt(2 ** 31), 'cluster');
    const topology = { database: 'postgres', nodes: NODES } as const;
    const quiet: Build = { ...build, errors: 'ignore' };
    const cluster = new Cluster(await Deployment.open(quiet, topology, random, new Findings()));
    for (const transport of ANY_NODE_READS) {
      const position = new Position(`a reader over ${transport}`, cluster.log, cluster.findings, 'earliest');
      cluster.positions.push(position);
      void cluster.read(transport, position);
    }
    return cluster;
  }

  get postgres() {
    return this.deployment.postgres!;
  }

  /** Writes a message through the balancer, again and again under its id until it is acknowledged. */
  async write(message: string): Promise<number> {
    const draft: Draft = { room: ROOM, id: this.random.uuid(), message };
    this.outcomes.begin(draft);
    const begin = performance.now();
    while (!this.isClosed) {
      const writer = await WRITE_TRANSPORTS.post(this.deployment.randomUrl(this.random, 'writer'));
      const answer = await writer.send(draft).catch(() => undefined);
      writer.close();
      if (answer && !('error' in answer)) {
        this.outcomes.acknowledge(draft, answer, 'post');
        this.slowestWriteMs = Math.max(this.slowestWriteMs, performance.now() - begin);
        return answer.seq;
      }
      this.unanswered += 1;
      await pause(20);
    }
    return 0;
  }

  /** Writes with several writers at once for as long as a function takes. */
  async writeDuring(inject: () => Promise<void>): Promise<void> {
    let isDone = false;
    let count = 0;
    const writing = Array.from({ length: 8 }, async () => {
      while (!isDone) await this.write(`message ${(count += 1)}`);
    });
    await inject();
    isDone = true;
    await Promise.all(writing);
  }

  /** Waits until every reader has received everything up to a seq. */
  async caughtUp(seq: number, ms = TIMEOUT_MS): Promise<void> {
    await waitUntil(`Every reader reaches ${seq}`, ms, () => this.positions.every((at) => at.seq >= seq));
  }

  /** @throws {Error} with everything that was lost, repeated or reordered. */
  async verify(): Promise<string> {
    await this.caughtUp(await this.write('the last message'));
    check(this.findings.total === 0, this.findings.evidence.join(' '));
    const { acknowledged } = this.outcomes;
    return `${acknowledged} acknowledged, ${this.unanswered} attempts without an answer, the slowest write ${this.slowestWriteMs.toFixed(0)} ms`;
  }

  /** Ends all readers. */
  stopReading(): void {
    this.isReading = false;
    this.connections.forEach((connection) => connection.close());
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.stopReading();
    await this.deployment.close();
  }

  /** Reads on from a position over one connection after the other. */
  private async read(transport: (typeof ANY_NODE_READS)[number], position: Position): Promise<void> {
    while (this.isReading) {
      position.ask();
      const connection = READ_TRANSPORTS[transport](
        this.deployment.randomUrl(this.random, transport),
        ROOM,
        position.cursor,
        {
          onMessage: (entry) => position.advance(entry, transport),
          onReset: (reset) => position.reset(reset, transport),
        },
      );
      this.connections.add(connection);
      await connection.closed;
      this.connections.delete(connection);
      await pause(50);
    }
  }
}

/** Runs a function with three nodes, and closes them afterwards. */
export async function withCluster(build: Build, run: (cluster: Cluster) => Promise<string>): Promise<string> {
  const cluster = await Cluster.open(build);
  try {
    return await run(cluster);
  } finally {
    await cluster.close();
  }
}
