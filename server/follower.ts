import { parseCursor, type Place } from './cursor';
import type { Page } from './page';
import type { Tail } from './tail';
import type { Cursor, Reset } from './wire';

/** What a follower hands its reader. */
export interface Reader {
  /**
   * Takes a step; an empty page keeps a waiting reader's connection alive.
   * @returns nothing if the next step may come at once; else what to wait for, which says whether the reader has
   *   taken this one. One that has not, because it stalled or is gone, is handed nothing more.
   */
  take: (step: Page | Reset) => Promise<boolean> | void;
  /** The log has closed, or reading failed with `error`. */
  end: (error?: unknown) => void;
}

/**
 * One reader's way through a room's log: it reads on from its place until it has caught up, then waits for the bell.
 * It pulls, and only when its reader has taken the last step: one that is slow falls behind in the log, not in memory.
 */
export class Follower {
  private place: Place;
  private stopped = false;

  constructor(
    private readonly tail: Tail,
    from: Cursor,
    private readonly reader: Reader,
  ) {
    this.place = parseCursor(from);
    tail.enter(this);
  }

  /** Reads on; called at the start, and by the bell. Where nothing has to be waited for, it is done when it returns. */
  async run(): Promise<void> {
    try {
      while (!this.stopped) {
        // The bell is read before the log: what is committed in between is seen by one or the other.
        const { rings } = this.tail;
        const known = this.tail.page(this.place);
        const step = known ?? (await this.tail.read(this.place));
        if (this.stopped) return;
        if (step.type === 'page' && step.entries.length === 0) {
          if (this.tail.rings === rings) return this.tail.wait(this);
          continue;
        }
        this.place = step.type === 'page' ? after(this.place, step) : parseCursor(step.cursor);
        const taken = this.reader.take(step);
        if (taken && !(await taken)) return this.stop();
        // A long way through the store is gone in turns with everybody else.
        if (!known) await new Promise(setImmediate);
      }
    } catch (error) {
      if (!this.stopped) this.end(error);
    }
  }

  /** Hands a waiting reader an empty page. */
  beat(): void {
    const step = this.tail.page(this.place);
    if (step) void this.reader.take(step);
  }

  /** Reads no more. */
  stop(): void {
    this.stopped = true;
    this.tail.leave(this);
  }

  /** Reads no more, and tells the reader why. */
  end(error?: unknown): void {
    this.stop();
    this.reader.end(error);
  }
}

function after({ epoch, seq }: Place, { entries }: Page): Place {
  return { epoch, seq: seq + entries.length };
}
