import type { Reset } from '../wire';
import type { Position } from './cursor';
import { advance, type Follower } from './follower';
import type { Page } from './page';
import type { HeadMark } from './store';
import type { Tail } from './tail';

/** A round of deliveries that takes longer than this, in ms, delays the next one, so that it carries more. */
const LONG_ROUND = 4;
/** That delay, in ms: shorter than the round that it may save, and long enough for another commit. */
const GATHERING_DELAY = 3;
/** The first and the longest delay, in ms, before a room that could not be read is read again. */
const RETRY_DELAY = 50;
const RETRY_DELAY_MAX = 1_000;

/** The followers of a room, and the bell for those that have caught up. */
export class Followers {
  private readonly all = new Set<Follower>();
  private readonly waiting = new Set<Follower>();
  /** The position of the follower that began to wait last. */
  private position: Position | undefined;
  private isScheduled = false;
  /** The news that the last round delivered. */
  private deliveredNews = 0;
  private retryDelay = RETRY_DELAY;
  /** When the last long round ended, and how long it took, in ms. */
  private lastLongRound = { end: 0, duration: 0 };

  /** @param onEmpty is called when the last follower has left. */
  constructor(
    readonly tail: Tail,
    private readonly onEmpty: () => void,
  ) {}

  /** Whether the room has no followers. */
  get isEmpty(): boolean {
    return this.all.size === 0;
  }

  /** Whether some have caught up, and wait for the bell. */
  get isWaiting(): boolean {
    return this.waiting.size > 0;
  }

  add(follower: Follower): void {
    this.all.add(follower);
  }

  /** Makes a follower wait for the bell. */
  wait(follower: Follower): void {
    this.waiting.add(follower);
    // Followers at one position share the object: comparing identities is quicker.
    const { epoch, seq, hash } = follower.position;
    const isShared =
      epoch === this.position?.epoch && seq === this.position.seq && hash === this.position.hash;
    if (isShared) follower.position = this.position!;
    else this.position = follower.position;
  }

  /** Removes a follower. */
  remove(follower: Follower): void {
    this.waiting.delete(follower);
    if (this.all.delete(follower) && this.all.size === 0) this.onEmpty();
  }

  /**
   * Rings the bell: the room may have grown, so waiting followers read on. If it has not, that costs one short read.
   * @param deleting whether something may have been erased: from now on, nothing that was cached before is delivered.
   */
  ring(deleting = false): void {
    this.tail.ring(deleting);
    if (this.waiting.size === 0 || this.isScheduled) return;
    this.isScheduled = true;
    // A write costs the same for one message as for fifty. While long rounds follow each other, the readers of the last
    // one are about to answer it, and their messages join this round. A single message does not wait.
    const busy = performance.now() - this.lastLongRound.end < this.lastLongRound.duration;
    if (busy) setTimeout(this.wake, GATHERING_DELAY);
    // One read serves all rings of this turn.
    else setImmediate(this.wake);
  }

  /**
   * Rings the bell if the waiting followers may lack something: the room's log is not as it was read last, or someone
   * who asked has read what no bell announced.
   * @param since when the mark was asked for.
   */
  compare(mark: HeadMark, since: number): void {
    if (this.tail.differsFrom(mark, since) || this.tail.news !== this.deliveredNews) this.ring();
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

  private readonly wake = (): void => {
    this.isScheduled = false;
    if (this.waiting.size === 0) return;
    // Read first: then all waiting followers are served from memory.
    this.tail.refresh().then(this.round, this.wakeLater);
  };

  /** Retries after the store could not be read, until no follower waits. */
  private readonly wakeLater = (error: unknown): void => {
    if (this.retryDelay === RETRY_DELAY) console.error('A room could not be read; trying again:', error);
    if (!this.isScheduled) setTimeout(this.wake, this.retryDelay).unref();
    this.isScheduled = true;
    this.retryDelay = Math.min(this.retryDelay * 2, RETRY_DELAY_MAX);
  };

  private readonly round = (): void => {
    this.retryDelay = RETRY_DELAY;
    this.deliveredNews = this.tail.news;
    const begin = performance.now();
    while (this.deliverAll());
    const end = performance.now();
    if (end - begin > LONG_ROUND) this.lastLongRound = { end, duration: end - begin };
  };

  /**
   * Delivers the next page to each waiting follower. One whose reader can't accept it at once reads on by itself.
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
        to = step && advance(step);
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

  /** Lets a follower read on by itself, once its last step is written. */
  private release(follower: Follower): void {
    this.waiting.delete(follower);
    void follower.run();
  }
}
