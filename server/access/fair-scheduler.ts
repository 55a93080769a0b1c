import { nextTick } from 'node:process';

/** How long tasks may run in one turn of the event loop, in ms. A single task may exceed it. */
const SLICE = 2;
/** The interval at which the recorded use of all addresses is halved, in ms. */
const HALVING_INTERVAL = 1_000;
/** The most addresses whose use is recorded; above it, all records are cleared. */
const ADDRESSES_MAX = 10_000;
/** How many of the longest waiting addresses are candidates for the next task: it bounds the search. */
const CANDIDATES_MAX = 64;

/**
 * Shares the event loop fairly among addresses. Each turn of the event loop runs about {@link SLICE} ms of tasks, and
 * prefers the address with the least recent use. An address with many tasks therefore delays mostly its own, and one
 * with few tasks waits for about one task of others.
 */
export class FairScheduler {
  /** The waiting tasks of each address, the longest waiting address first. Each connection waits once at most. */
  private readonly waiting = new Map<string, (() => void)[]>();
  private isRunning = false;
  private sliceStart = 0;
  /** The recent use of each address, in ms. It decays within seconds after the last task. */
  private readonly usage = new Map<string, number>();
  private halvedAt = 0;
  /** The address whose task is running, and when that began. */
  private currentAddress = '';
  private taskStart = 0;

  /** Waits for the turn of an address. @returns undefined if there is no need to wait. */
  wait(address: string): Promise<void> | void {
    if (!this.isRunning) {
      this.isRunning = true;
      setImmediate(this.startSlice);
      return;
    }
    return new Promise((resolve) => {
      const tasks = this.waiting.get(address);
      if (tasks) tasks.push(resolve);
      else this.waiting.set(address, [resolve]);
    });
  }

  private readonly startSlice = (): void => {
    this.sliceStart = performance.now();
    if (this.sliceStart - this.halvedAt > HALVING_INTERVAL) this.halveUsage();
    this.startTask();
  };

  private readonly startTask = (): void => {
    const address = this.nextAddress();
    if (address === undefined) {
      this.isRunning = false;
      return;
    }
    const tasks = this.waiting.get(address)!;
    this.waiting.delete(address);
    this.currentAddress = address;
    this.taskStart = performance.now();
    tasks.shift()!();
    if (tasks.length > 0) this.waiting.set(address, tasks);
    // Runs after all microtasks of the task.
    queueMicrotask(() => nextTick(this.endTask));
  };

  /** Returns the address with the least use among the longest waiting ones. */
  private nextAddress(): string | undefined {
    let next: string | undefined;
    let least = Infinity;
    let examined = 0;
    for (const address of this.waiting.keys()) {
      const usage = this.usage.get(address) ?? 0;
      if (usage < least) [next, least] = [address, usage];
      if ((examined += 1) === CANDIDATES_MAX) break;
    }
    return next;
  }

  private halveUsage(): void {
    this.halvedAt = this.sliceStart;
    for (const [address, usage] of this.usage) {
      if (usage < 1) this.usage.delete(address);
      else this.usage.set(address, usage / 2);
    }
  }

  private readonly endTask = (): void => {
    const now = performance.now();
    if (this.usage.size >= ADDRESSES_MAX) this.usage.clear();
    this.usage.set(this.currentAddress, (this.usage.get(this.currentAddress) ?? 0) + now - this.taskStart);
    if (now - this.sliceStart < SLICE) this.startTask();
    else setImmediate(this.startSlice);
  };
}
