import type { Cursor, Reset } from '../wire';
import { parseCursor, type Position } from './cursor';
import type { Followers } from './followers';
import type { Page } from './page';

/** What a follower hands its reader. */
export interface LogReader {
  /**
   * Takes a step; an empty page keeps a waiting reader's connection alive.
   * @returns nothing if the next step may come at once; else what to wait for, which says whether the reader has
   *   taken this one. One that has not, because it stalled or is gone, is handed nothing more.
   */
  write: (step: Page | Reset) => Promise<boolean> | void;
  /** The log has closed, or reading failed with `error`. */
  end: (error?: unknown) => void;
}

/** Sets the pace of a reader that reads on from far back. */
export interface Pacer {
  /** Waits until the next page may be read from the store. What is served from memory waits for nothing. */
  pace(): Promise<void>;
}

/** A reader's way, as the one who began it sees it. */
export interface Subscription {
  /** What the reader still takes of the last step, if it did not take it at once. */
  readonly writing: Promise<boolean> | void;
  /** Reads no more: nothing is handed on from then. */
  stop(): void;
}

/** The pace where nobody sets one: a page in each turn of the event loop. */
const TURN: Pacer = { pace: () => new Promise(setImmediate) };

/**
 * One reader's way through a room's log: it reads on from its place until it has caught up, then waits for the bell.
 * It pulls, and only when its reader has taken the last step: one that is slow falls behind in the log, not in memory.
 */
export class Follower implements Subscription {
  position: Position;
  writing: Promise<boolean> | void = undefined;
  private stopped = false;

  constructor(
    private readonly followers: Followers,
    from: Cursor,
    private readonly reader: LogReader,
    private readonly pacer: Pacer = TURN,
  ) {
    this.position = parseCursor(from);
    followers.add(this);
  }

  /** Reads on, once the reader has taken what it has, until it has caught up; then it waits for the bell. */
  async run(): Promise<void> {
    try {
      if (this.writing && !(await this.writing)) return this.stop();
      while (!this.stopped) {
        // The bell is read before the log: what is committed in between is seen by one or the other.
        const { tail } = this.followers;
        const { rings } = tail;
        const known = tail.page(this.position);
        const step = known ?? (await tail.read(this.position));
        if (this.stopped) return;
        if (step.type === 'page' && step.entries.length === 0) {
          if (tail.rings === rings) return this.followers.wait(this);
          continue;
        }
        this.position = advance(this.position, step);
        this.writing = this.reader.write(step);
        if (this.writing && !(await this.writing)) return this.stop();
        // A long way through the store is gone in turns with everybody else.
        if (!known && step.type === 'page' && step.more) await this.pacer.pace();
        else if (!known) await TURN.pace();
      }
    } catch (error) {
      if (!this.stopped) this.end(error);
    }
  }

  /**
   * Hands a waiting reader a step at once.
   * @param place where the step ends: one object for all who are handed it, so that they are known to stand together.
   * @returns whether it goes on waiting; if not, it reads on by itself or has ended.
   */
  deliver(step: Page | Reset, position: Position): boolean {
    this.position = position;
    try {
      this.writing = this.reader.write(step);
    } catch (error) {
      this.end(error);
    }
    return !this.writing && !this.stopped;
  }

  /**
   * Hands a waiting reader an empty page; where there is something to read, the round that brings it is under way.
   * @returns whether it goes on waiting; see {@link deliver}.
   */
  keepAlive(): boolean {
    const step = this.followers.tail.page(this.position);
    return step?.type !== 'page' || step.entries.length > 0 || this.deliver(step, this.position);
  }

  stop(): void {
    this.stopped = true;
    this.followers.remove(this);
  }

  /** Reads no more, and tells the reader why. */
  end(error?: unknown): void {
    this.stop();
    this.reader.end(error);
  }
}

/** The place where a step leads. */
export function advance({ epoch, seq }: Position, step: Page | Reset): Position {
  return step.type === 'page' ? { epoch, seq: seq + step.entries.length } : parseCursor(step.cursor);
}
