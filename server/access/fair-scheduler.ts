import { nextTick } from 'node:process';

/** How long heavy work may go on before everything else has its turn, in ms. One piece of work may exceed it. */
const SLICE = 2;
/** How often what an address has used is halved, in ms. */
const HALVING = 1_000;
/** The most addresses whose use is remembered; past it, all begin anew. */
const USED_MAX = 10_000;
/** Among how many of those who wait longest the next one is chosen. */
const CHOICE = 64;

/**
 * Shares the event loop fairly. Work that costs milliseconds waits here for its turn: in each turn of the event loop some of it
 * is let through, for about 2 ms: first the work of the address that has used the least time of late. So an address that
 * asks for a lot waits for itself, and one that asks for little waits for one piece of work of others, about.
 */
export class FairScheduler {
  /** Those who wait, by their address, in the order of their turns. Each connection waits once at most. */
  private readonly waiting = new Map<string, (() => void)[]>();
  private running = false;
  private began = 0;
  /** How long the work of each address took of late, in ms. Each is forgotten within seconds after its last turn. */
  private readonly used = new Map<string, number>();
  private halvedAt = 0;
  /** Whose work is under way, and since when. */
  private current = '';
  private currentBegan = 0;

  /** Waits until it is the turn of an address; nothing to wait for if there is no other work. */
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
    // Runs when the microtasks of that piece of work are through.
    queueMicrotask(() => nextTick(this.goOn));
  };

  /** Whose turn it is: of the first that wait, the one that has used the least, and has waited longest. */
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
