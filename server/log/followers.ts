import type { Reset } from '../wire';
import type { Position } from './cursor';
import { advance, type Follower } from './follower';
import type { Page } from './page';
import type { Tail } from './tail';

/** After a round of deliveries that took this long, in ms, the next one waits to carry more. */
const LONG = 4;
/** That wait, in ms: shorter than the round that it may save, and long enough for another commit. */
const GATHER = 3;
/** The first and the longest delay, in ms, before a room that could not be read is read again. */
const RETRY = 50;
const RETRY_MAX = 1_000;

/** The followers of a room, and the bell for those that have caught up. */
export class Followers {
  private readonly all = new Set<Follower>();
  private readonly waiting = new Set<Follower>();
  /** The position of the follower that began to wait last. */
  private position: Position | undefined;
  private gathering = false;
  private retry = RETRY;
  /** The last long round: when it ended, and how long it took, in ms. */
  private last = { end: 0, took: 0 };

  /** @param deserted is called when the last follower has left. */
  constructor(
    readonly tail: Tail,
    private readonly deserted: () => void,
  ) {}

  /** Whether nobody follows the room. */
  get empty(): boolean {
    return this.all.size === 0;
  }

  add(follower: Follower): void {
    this.all.add(follower);
  }

  /** Waits for the bell. */
  wait(follower: Follower): void {
    this.waiting.add(follower);
    // Followers at one position share the object: comparing identities is quicker.
    const { epoch, seq } = follower.position;
    if (epoch === this.position?.epoch && seq === this.position.seq) follower.position = this.position;
    else this.position = follower.position;
  }

  /** Removes a follower. */
  remove(follower: Follower): void {
    this.waiting.delete(follower);
    if (this.all.delete(follower) && this.all.size === 0) this.deserted();
  }

  /**
   * Rings the bell: the room may have grown, and waiting followers read on. If it has not, that is one short read.
   * @param deleting whether something may have been erased: from now on, nothing that was cached before is delivered.
   */
  ring(deleting = false): void {
    this.tail.ring(deleting);
    if (this.waiting.size === 0 || this.gathering) return;
    this.gathering = true;
    // A write costs the same for one message as for fifty. When long rounds follow each other, the readers of the last one
    // are just about to answer, and their messages join this round. A lone message does not wait.
    const busy = performance.now() - this.last.end < this.last.took;
    if (busy) setTimeout(this.rouse, GATHER);
    // One read for all that rings in this turn.
    else setImmediate(this.rouse);
  }

  /** Writes an empty page to all waiting readers. */
  keepAlive(): void {
    this.tail.dropPages();
    for (const follower of this.waiting) {
      if (!follower.keepAlive()) this.release(follower);
    }
  }

  /** Ends all followers. */
  end(): void {
    for (const follower of this.all) follower.end();
  }

  private readonly rouse = (): void => {
    this.gathering = false;
    if (this.waiting.size === 0) return;
    // Read first: then all waiting followers are served from memory.
    this.tail.refresh().then(this.round, this.rouseLater);
  };

  /** Retries after the store could not be read, until no follower waits. */
  private readonly rouseLater = (error: unknown): void => {
    if (this.retry === RETRY) console.error('A room could not be read; trying again:', error);
    if (!this.gathering) setTimeout(this.rouse, this.retry).unref();
    this.gathering = true;
    this.retry = Math.min(this.retry * 2, RETRY_MAX);
  };

  private readonly round = (): void => {
    this.retry = RETRY;
    const begin = performance.now();
    while (this.deliverAll());
    const end = performance.now();
    if (end - begin > LONG) this.last = { end, took: end - begin };
  };

  /**
   * Delivers the next page to each waiting follower. One whose reader can't take it at once reads on alone.
   * @returns whether there is another page for some of them.
   */
  private deliverAll(): boolean {
    let more = false;
    let from: Position | undefined;
    let step: Page | Reset | undefined;
    let to: Position | undefined;
    for (const follower of this.waiting) {
      if (follower.position !== from) {
        from = follower.position;
        step = this.tail.page(from);
        to = step && advance(from, step);
      }
      if (step?.type === 'page' && step.entries.length === 0) continue;
      if (step && to && follower.deliver(step, to)) {
        more ||= step.type === 'reset' || step.more;
      } else {
        this.release(follower);
      }
    }
    return more;
  }

  /** Lets a follower read on alone, once its reader has taken the last step. */
  private release(follower: Follower): void {
    this.waiting.delete(follower);
    void follower.run();
  }
}
