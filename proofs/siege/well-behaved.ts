import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from '../percentile';
import type { CheckedReader, Fixture } from '../soak/cases/fixture';
import { DISTINCT_READS } from '../soak/transports/all';
import { requestJson } from '../soak/transports/http';
import type { WriteConnection } from '../soak/transports/transport';

const TRANSPORTS = [...DISTINCT_READS, ...DISTINCT_READS];
/** How often a message is written and a page read, in ms: well within the rate limits of one visitor. */
const INTERVAL_MS = 500;
/** How long readers may take to receive the last message, in ms. */
const CATCH_UP_MS = 30_000;

/** Two well-behaved readers for each transport, and one visitor that writes and reads pages. */
export class WellBehavedClients {
  /** The latencies of acknowledgements and of pages since the last {@link takeFigures}, in ms. */
  private acknowledged: number[] = [];
  private answered: number[] = [];
  private readonly problems: string[] = [];
  private isRunning = true;
  private lastSeq = 0;
  private finished: Promise<void> = Promise.resolve();

  private constructor(
    private readonly fixture: Fixture,
    private readonly readers: readonly CheckedReader[],
  ) {}

  static async open(fixture: Fixture): Promise<WellBehavedClients> {
    const readers = TRANSPORTS.map((transport) => fixture.openReader(transport));
    const clients = new WellBehavedClients(fixture, readers);
    const writers = await Promise.all([fixture.openWriter('socketio'), fixture.openWriter('ws')]);
    clients.finished = clients.run(writers);
    return clients;
  }

  /** Returns the p50 and p99 of acknowledgements and of pages since the last call. */
  takeFigures(): string {
    const format = (latencies: number[]): string =>
      [0.5, 0.99].map((share) => percentile(latencies, share).toFixed(0)).join('/');
    const figures = `${format(this.acknowledged)} · ${format(this.answered)}`;
    this.acknowledged = [];
    this.answered = [];
    return figures;
  }

  /** Stops writing, and waits until each reader has everything. @returns everything that went wrong. */
  async end(): Promise<string[]> {
    this.isRunning = false;
    await this.finished;
    const deadline = performance.now() + CATCH_UP_MS;
    const isBehind = ({ seq }: CheckedReader): boolean => seq() < this.lastSeq;
    while (this.readers.some(isBehind) && performance.now() < deadline) await pause(50);
    this.readers.forEach((reader, i) => {
      const transport = TRANSPORTS[i];
      this.problems.push(...reader.problems);
      const reason = reader.closeReason();
      if (reason) {
        this.problems.push(`${transport} lost its connection: ${reason.status ?? ''} ${reason.error ?? ''}`);
      }
      if (isBehind(reader)) {
        this.problems.push(`${transport} has ${reader.seq()} of ${this.lastSeq} messages.`);
      }
    });
    return this.problems;
  }

  private async run(writers: readonly WriteConnection[]): Promise<void> {
    for (let turn = 0; this.isRunning; turn += 1) {
      const startedAt = performance.now();
      await Promise.all([this.write(writers[turn % writers.length]!), this.readPage()]);
      await pause(Math.max(0, INTERVAL_MS - (performance.now() - startedAt)));
    }
  }

  private async write(writer: WriteConnection): Promise<void> {
    const startedAt = performance.now();
    try {
      ({ seq: this.lastSeq } = await this.fixture.write(writer));
      this.acknowledged.push(performance.now() - startedAt);
    } catch (error) {
      this.problems.push(`A message was not acknowledged: ${(error as Error).message}`);
    }
  }

  private async readPage(): Promise<void> {
    const startedAt = performance.now();
    try {
      const { status } = await requestJson(`${this.fixture.url}/messages?last=20`);
      if (status !== 200) this.problems.push(`A read was answered with ${status}.`);
      this.answered.push(performance.now() - startedAt);
    } catch (error) {
      this.problems.push(`A read was not answered: ${(error as Error).message}`);
    }
  }
}
