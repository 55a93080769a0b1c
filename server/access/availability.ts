import { Refusal, RETRY_AFTER } from '../refusal';
import type { AccessControl } from './access-control';

/** A database that can be asked whether it is in reach. */
export interface Database {
  /**
   * Waits until the database has answered a read, and the part of the store that writes has answered as well. A full disk
   * passes, since reads work. It must settle at some time, also if the database never answers.
   * @throws {Error} if one of them fails.
   */
  ping(): Promise<void>;
}

/** Periods of {@link Availability}, in ms. */
export interface Periods {
  /** From the answer to a ping to the next ping. */
  interval: number;
  /** How long an answer may take. */
  timeout: number;
  /** How long an outage may last before connections are closed: longer than it takes to restart a database. */
  outage: number;
}

const PERIODS: Periods = { interval: 1_000, timeout: 2_000, outage: 10_000 };

/**
 * Determines whether this node is ready to serve. It pings the database at its own pace, so probes cost no query. In a
 * long outage it closes the connections and admits no new ones, so that clients move to another node, until the database
 * answers again.
 */
export class Availability {
  private isAnswering = true;
  private isDraining = false;
  private isClosed = false;
  private nextPing: NodeJS.Timeout | undefined;
  private endOfPatience: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly access: Pick<AccessControl, 'suspend' | 'resume'>,
    private readonly periods: Periods = PERIODS,
  ) {
    this.ping();
  }

  /** @throws {Refusal} `unavailable` if requests should go to another node. It does not say why. */
  checkReady(): void {
    if (!this.isAnswering || this.isDraining) throw notReady();
  }

  /** Makes the node not ready, for good: it is about to shut down. */
  drain(): void {
    this.isDraining = true;
  }

  /** Stops pinging. */
  close(): void {
    this.drain();
    this.isClosed = true;
    clearTimeout(this.nextPing);
    clearTimeout(this.endOfPatience);
  }

  private ping(): void {
    let isPending = true;
    const timeout = setTimeout(() => {
      // After the event loop was blocked, this timer runs before the answer is read, which may have come long ago.
      setImmediate(() => isPending && this.noteFailure(`no answer in ${this.periods.timeout / 1_000} s`));
    }, this.periods.timeout).unref();
    void this.database
      .ping()
      .then(
        () => this.noteAnswer(),
        (error: unknown) => this.noteFailure(error),
      )
      .finally(() => {
        isPending = false;
        clearTimeout(timeout);
        if (!this.isClosed) this.nextPing = setTimeout(() => this.ping(), this.periods.interval).unref();
      });
  }

  private noteAnswer(): void {
    if (this.isAnswering || this.isClosed) return;
    this.isAnswering = true;
    clearTimeout(this.endOfPatience);
    console.error('The database answers again: this server is ready.');
    this.access.resume();
  }

  private noteFailure(reason: unknown): void {
    if (!this.isAnswering || this.isClosed) return;
    this.isAnswering = false;
    console.error(`The database does not answer, so this server is not ready: ${String(reason)}`);
    this.endOfPatience = setTimeout(() => {
      console.error('The database still does not answer: closing all connections.');
      this.access.suspend(notReady());
    }, this.periods.outage).unref();
  }
}

function notReady(): Refusal {
  return new Refusal('unavailable', 'notReady', RETRY_AFTER);
}
