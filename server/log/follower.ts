import type { Cursor, Reset } from '../wire';
import { parseCursor, type Position } from './cursor';
import type { Followers } from './followers';
import type { Page } from './page';

/** The receiving end of a follower. */
export interface LogReader {
  /**
   * Writes a step. An empty page is a heartbeat for a connection that waits.
   * @returns nothing if the next step may follow at once; otherwise a promise of whether this one was written. If it
   *   resolves with false, since the reader has stalled or disconnected, the subscription ends.
   */
  write: (step: Page | Reset) => Promise<boolean> | void;
  /** Is called when the log closes, or when reading fails with `error`. */
  end: (error?: unknown) => void;
}

/** Sets the pace of a reader that catches up from far back. */
export interface Pacer {
  /** Waits until the next page may be read from the store. Pages from memory do not wait. */
  pace(): Promise<void>;
}

/** A subscription to a room. */
export interface Subscription {
  /** The result of the last write; see {@link LogReader.write}. */
  readonly writing: Promise<boolean> | void;
  /** Ends the subscription: nothing is written from then on. */
  stop(): void;
}

/** The default pace: one page in each turn of the event loop. */
const TURN: Pacer = { pace: () => new Promise(setImmediate) };

/**
 * Reads a room's log for one reader, from its position until it has caught up; then it waits for the bell. It pulls the
 * next step only when the last one is written: a slow reader falls behind in the log, not in memory.
 */
export class Follower implements Subscription {
  position: Position;
  writing: Promise<boolean> | void = undefined;
  private isStopped = false;

  constructor(
    private readonly followers: Followers,
    from: Cursor,
    private readonly reader: LogReader,
    private readonly pacer: Pacer = TURN,
  ) {
    this.position = parseCursor(from);
    followers.add(this);
  }

  /** Reads on once the last step is written, until the reader has caught up; then waits for the bell. */
  async run(): Promise<void> {
    const { tail } = this.followers;
    try {
      if (this.writing && !(await this.writing)) return this.stop();
      let since = tail.ask();
      while (!this.isStopped) {
        since = Math.max(since, tail.askAgain());
        // The news are counted before the log is read, so that a commit in between is noticed either way.
        const { news } = tail;
        const cached = tail.page(this.position, since);
        const step = cached ?? (await tail.read(this.position, since));
        if (this.isStopped) return;
        if (step.type === 'page' && step.entries.length === 0) {
          if (tail.news === news) return this.followers.wait(this);
          continue;
        }
        this.position = advance(step);
        this.writing = this.reader.write(step);
        if (this.writing) {
          if (!(await this.writing)) return this.stop();
          since = tail.ask();
        }
        // A long replay takes turns with other readers.
        if (!cached && step.type === 'page' && step.more) await this.pacer.pace();
        else if (!cached) await TURN.pace();
      }
    } catch (error) {
      if (!this.isStopped) this.end(error);
    }
  }

  /**
   * Writes a step to a waiting reader at once.
   * @param position where the step ends: one object for all readers of the step, so that comparing them is cheap.
   * @returns whether it still waits; if not, it reads on by itself or has ended.
   */
  deliver(step: Page | Reset, position: Position): boolean {
    this.position = position;
    try {
      this.writing = this.reader.write(step);
    } catch (error) {
      this.end(error);
    }
    return !this.writing && !this.isStopped;
  }

  /**
   * Writes an empty page to a waiting reader, unless there are new entries, which the next round delivers.
   * @returns whether it still waits; see {@link deliver}.
   */
  keepAlive(): boolean {
    const step = this.followers.tail.page(this.position);
    return step?.type !== 'page' || step.entries.length > 0 || this.deliver(step, this.position);
  }

  stop(): void {
    this.isStopped = true;
    this.followers.remove(this);
  }

  /** Ends the subscription, and tells the reader why. */
  end(error?: unknown): void {
    this.stop();
    this.reader.end(error);
  }
}

/** Returns the position after a step. */
export function advance(step: Page | Reset): Position {
  return parseCursor(step.cursor);
}
