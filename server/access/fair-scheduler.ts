import { nextTick } from 'node:process';

/** How long heavy tasks may run in one turn of the event loop, in ms. A single task may exceed it. */
const SLICE = 2;
/** How often the recorded use of all addresses is halved, in ms. */
const HALVING = 1_000;
/** The most addresses whose use is recorded; above it, all records are cleared. */
const USED_MAX = 10_000;
/** How many of the longest waiting addresses are candidates for the next turn. */
const CHOICE = 64;

/**
 * Shares the event loop fairly among addresses. Tasks that cost milliseconds wait here: each turn of the event loop runs
 * about 2 ms of them, those of the address with the least recent use first. So an address that asks for a lot waits for
 * itself, and one that asks for little waits for about one task of others.
 */
export class FairScheduler {
  /** The waiting tasks of each address, in the order of turns. Each connection waits once at most. */
  private readonly waiting = new Map<string, (() => void)[]>();
  private running = false;
  private began = 0;
  /** The recent use of each address, in ms. It decays within seconds after the last task. */
  private readonly used = new Map<string, number>();
  private halvedAt = 0;
  /** The address whose task is running, and since when. */
  private current = '';
  private currentBegan = 0;

  /** Waits for the turn of an address. @returns nothing if there is no need to wait. */
  wait(address: string): Promise<void> | void {
    if (!this.running) {
      this.running = true;
      setImmediate(this.run);
      return;
    }
    return new Promise((go) => {
      const own = this.waiting.get(address);
      if (own) own.push(go);
      else this.waiting.set(address, [go]);
    });
  }

  private readonly run = (): void => {
    this.began = performance.now();
    if (this.began - this.halvedAt > HALVING) this.halve();
    this.letOneThrough();
  };

  private readonly letOneThrough = (): void => {
    const address = this.next();
    if (address === undefined) {
      this.running = false;
      return;
    }
    const own = this.waiting.get(address)!;
    this.waiting.delete(address);
    this.current = address;
    this.currentBegan = performance.now();
    own.shift()!();
    if (own.length > 0) this.waiting.set(address, own);
    // Runs after all microtasks of the task.
    queueMicrotask(() => nextTick(this.goOn));
  };

  /** Returns the address with the least use among the longest waiting ones. */
  private next(): string | undefined {
    let next: string | undefined;
    let least = Infinity;
    let looked = 0;
    for (const address of this.waiting.keys()) {
      const used = this.used.get(address) ?? 0;
      if (used < least) [next, least] = [address, used];
      if ((looked += 1) === CHOICE) break;
    }
    return next;
  }

  private halve(): void {
    this.halvedAt = this.began;
    for (const [address, used] of this.used) {
      if (used < 1) this.used.delete(address);
      else this.used.set(address, used / 2);
    }
  }

  private readonly goOn = (): void => {
    const now = performance.now();
    if (this.used.size >= USED_MAX) this.used.clear();
    this.used.set(this.current, (this.used.get(this.current) ?? 0) + now - this.currentBegan);
    if (now - this.began < SLICE) this.letOneThrough();
    else setImmediate(this.run);
  };
}
