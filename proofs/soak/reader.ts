import { setTimeout as pause } from 'node:timers/promises';
import type { Position } from './position';
import type { RandomSource } from './random-source';
import type { RunContext } from './run-context';
import { READ_TRANSPORTS, type ReadTransport } from './transports/all';
import {
  ANSWER_TIMEOUT_MS,
  isRetryable,
  withTimeout,
  type CloseReason,
  type ReadConnection,
  type ReaderHandlers,
} from './transports/transport';

/** The longest time that a reader keeps one connection, in ms. */
const MAX_STAY_MS = 10_000;
/** How much longer it waits for the first of outstanding messages, in ms: a busy machine may need that for a connection. */
const MAX_WAIT_MS = 30_000;
/** How often it looks whether that has arrived, in ms. */
const CHECK_INTERVAL_MS = 100;

/** A reader that has one position in each room, and resumes from it on random connections and transports. */
export class Reader {
  private isStopped = false;
  /** How many messages and resets have arrived. */
  private received = 0;
  /** Aborted when the current connection is to be left. */
  private leaving = new AbortController();
  /** Resolved unless the reader is away. */
  private returned: Promise<void> = Promise.resolve();
  private comeBack = (): void => undefined;

  /** @param positions where the reader starts, one for each room. */
  constructor(
    private readonly name: string,
    private readonly context: RunContext,
    private readonly random: RandomSource,
    private readonly transports: readonly ReadTransport[],
    private readonly positions: readonly Position[],
  ) {}

  /** Reads until {@link stop}. */
  async run(): Promise<void> {
    const { deployment, counters } = this.context;
    for (;;) {
      await this.returned;
      if (this.isStopped) return;
      const transport = this.random.pick(this.transports);
      // Once the writers have stopped, only rooms with a backlog are left to read.
      const incomplete = this.positions.filter(({ backlog }) => backlog > 0);
      const position = this.random.pick(incomplete.length > 0 ? incomplete : this.positions);
      const url = deployment.randomUrl(this.random, this.name);
      counters.connections += 1;
      this.positions.forEach((each) => each.ask());
      const connection = READ_TRANSPORTS[transport](
        url,
        position.log.room,
        position.cursor,
        this.handlers(transport),
      );
      let isBroken = false;
      const leaving = new AbortController();
      this.leaving = leaving;
      void connection.closed.then(() => {
        isBroken = !leaving.signal.aborted;
        leaving.abort();
      });
      await this.stay(connection, position, leaving.signal);
      leaving.abort();
      connection.close();
      this.checkClose(
        await withTimeout(ANSWER_TIMEOUT_MS, `The close of ${transport}`, connection.closed),
        transport,
      );
      if (isBroken) await pause(this.random.between(20, 400));
    }
  }

  stop(): void {
    this.isStopped = true;
    this.comeBack();
    this.leaving.abort();
  }

  /** Disconnects the reader, and keeps it away. @returns a function that lets it resume. */
  leave(): () => void {
    this.returned = new Promise((resolve) => (this.comeBack = resolve));
    this.leaving.abort();
    return this.comeBack;
  }

  /** How many messages other readers have received and this one has not. */
  get backlog(): number {
    return this.positions.reduce((sum, { backlog }) => sum + backlog, 0);
  }

  /** Keeps a connection for a random time, or until it closes; sometimes joins another room on it. */
  private async stay(connection: ReadConnection, start: Position, leaving: AbortSignal): Promise<void> {
    // The cube makes short stays the most frequent: they interrupt replays.
    const { received } = this;
    const deadline = performance.now() + MAX_WAIT_MS;
    await this.wait(MAX_STAY_MS * this.random.next() ** 3, leaving);
    const isDue = () => this.received === received && start.backlog > 0 && performance.now() < deadline;
    while (isDue() && !leaving.aborted) await this.wait(CHECK_INTERVAL_MS, leaving);
    const other = this.random.pick(this.positions);
    if (!connection.join || other === start || this.random.chance(0.5)) return;
    try {
      await connection.join(other.log.room, other.cursor);
      await this.wait(MAX_STAY_MS * this.random.next() ** 3, leaving);
    } catch {
      // The connection has closed, which `closed` reports.
    }
  }

  private handlers(transport: ReadTransport): ReaderHandlers {
    const { counters, findings } = this.context;
    const positionIn = (room: string): Position | undefined =>
      this.positions.find(({ log }) => log.room === room);
    return {
      onMessage: (entry) => {
        this.received += 1;
        counters.countDelivery(transport);
        const position = positionIn(entry.room);
        if (position) position.advance(entry, transport);
        else findings.add('phantom', `A reader over ${transport} received ${JSON.stringify(entry)}.`);
      },
      onReset: (reset) => {
        this.received += 1;
        counters.resets += 1;
        positionIn(reset.room)?.reset(reset, transport);
      },
    };
  }

  /** Connections may break at any time, but the server must not refuse a cursor that it has issued. */
  private checkClose({ status, error }: CloseReason, transport: ReadTransport): void {
    if (status === undefined || isRetryable(status)) return;
    this.context.findings.add('answer', `A reader over ${transport} was refused: ${status} ${error ?? ''}`);
  }

  private wait(ms: number, signal: AbortSignal): Promise<void> {
    return pause(ms, undefined, { signal }).catch(() => undefined);
  }
}
