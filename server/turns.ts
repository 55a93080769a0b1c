import { nextTick } from 'node:process';

/** How long heavy work may go on before everything else has its turn, in ms. One piece of work may exceed it. */
const SLICE = 2;

/**
 * Shares the event loop fairly. Work that costs milliseconds waits here for its turn: in each turn of the event loop some of it
 * is let through, for about 2 ms, one piece of each address after the other. So an address that asks for a lot
 * waits for itself, and others wait for one piece of its work at most.
 */
export class Turns {
  /** Those who wait, by their address, in the order of their turns. Each connection waits once at most. */
  private readonly waiting = new Map<string, (() => void)[]>();
  private running = false;
  private began = 0;

  /** Waits until it is the turn of an address; nothing to wait for if there is no other work. */
  take(address: string): Promise<void> | void {
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
    this.letOneThrough();
  };

  private readonly letOneThrough = (): void => {
    const [first] = this.waiting;
    if (!first) {
      this.running = false;
      return;
    }
    const [address, own] = first;
    this.waiting.delete(address);
    own.shift()!();
    if (own.length > 0) this.waiting.set(address, own);
    // Runs when the microtasks of that piece of work are through.
    queueMicrotask(() => nextTick(this.goOn));
  };

  private readonly goOn = (): void => {
    if (performance.now() - this.began < SLICE) this.letOneThrough();
    else setImmediate(this.run);
  };
}
