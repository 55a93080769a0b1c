import type { Reset } from '../wire';
import type { Position } from './cursor';
import { advance, type Follower } from './follower';
import type { Page } from './page';
import type { Tail } from './tail';

/** A round to the waiting that takes this long, in ms, is worth a wait for more to tell. */
const LONG = 4;
/** That wait, in ms: shorter than the round it may save, and enough for another commit. */
const GATHER = 3;
/** How long the readers of a room wait, in ms, until it is read again that could not be: at first, and at most. */
const RETRY = 50;
const RETRY_MAX = 1_000;

/** All who follow a room, and the bell that those of them wait for who have caught up. */
export class Followers {
  private readonly all = new Set<Follower>();
  private readonly waiting = new Set<Follower>();
  /** Where the one stands who began to wait last. */
  private position: Position | undefined;
  private gathering = false;
  private retry = RETRY;
  /** The last long round to those who wait: when it was over, and how long it took, in ms. */
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
    // Those who stand together share the place, which is quicker to tell.
    const { epoch, seq } = follower.position;
    if (epoch === this.position?.epoch && seq === this.position.seq) follower.position = this.position;
    else this.position = follower.position;
  }

  /** Follows no more. */
  remove(follower: Follower): void {
    this.waiting.delete(follower);
    if (this.all.delete(follower) && this.all.size === 0) this.deserted();
  }

  /**
   * The room may have grown: all who wait read on. Where it has not, that is one short read.
   * @param deleting whether something may have been deleted from it: from now on, nobody is handed what was known before.
   */
  ring(deleting = false): void {
    this.tail.ring(deleting);
    if (this.waiting.size === 0 || this.gathering) return;
    this.gathering = true;
    // A write costs the same for one message as for fifty. Where one long round follows the other, those whom the last
    // one reached are just about to answer: what they say goes into this one. A lone message does not wait.
    const busy = performance.now() - this.last.end < this.last.took;
    if (busy) setTimeout(this.rouse, GATHER);
    // One read for all that rings in this turn.
    else setImmediate(this.rouse);
  }

  /** Hands all who wait an empty page. */
  keepAlive(): void {
    this.tail.dropPages();
    for (const follower of this.waiting) {
      if (!follower.keepAlive()) this.release(follower);
    }
  }

  /** Ends all who follow the room. */
  end(): void {
    for (const follower of this.all) follower.end();
  }

  private readonly rouse = (): void => {
    this.gathering = false;
    if (this.waiting.size === 0) return;
    // Read first: then all who wait are served from memory.
    this.tail.refresh().then(this.round, this.rouseLater);
  };

  /** The store could not be read: those who wait go on waiting, and it is tried again, until nobody waits. */
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
   * Hands each who waits the next page; who can't take it at once, reads on alone.
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

  /** Lets a follower read on alone, once its reader has taken what it was handed. */
  private release(follower: Follower): void {
    this.waiting.delete(follower);
    void follower.run();
  }
}
