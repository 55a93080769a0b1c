/** An event that may happen at any time. */
interface Event {
  name: string;
  /** @param variant a number from the scenario that picks the outcome; 0 is the simplest. */
  run: (variant: number) => void;
}

interface Timer {
  /** When it fires, in simulated ms. */
  at: number;
  /** The period of an interval, in ms; 0 for a timeout. */
  periodMs: number;
  run: () => void;
}

/** Node's own `setImmediate`, which {@link Scheduler.install} replaces. */
const waitForMicrotasks = setImmediate;

/**
 * Controls the clock, and the order of timers, immediates and the answers of the simulated store. As in Node, all
 * microtasks run between two events.
 *
 * It replaces fast-check's scheduler, which orders promises but not timers, has no clock, and does not shrink the order.
 * Here the order is part of the scenario, which fast-check generates and shrinks like any other data.
 */
export class Scheduler {
  /** The simulated time, in ms. */
  now = 0;
  /** The number of the current step; events of an earlier step happen before those of a later one. */
  step = 0;
  /** Gets a line for each step, if it is set. */
  trace: string[] | undefined;
  private readonly events: Event[] = [];
  private readonly immediates: (() => void)[] = [];
  private readonly timers = new Set<Timer>();

  /** Adds an event, which may happen before or after any other. */
  add(name: string, run: (variant: number) => void): void {
    this.events.push({ name, run });
  }

  /** Runs one step: a function, and all microtasks that follow from it. */
  async runStep(name: string, run: () => void): Promise<void> {
    this.step += 1;
    this.trace?.push(name);
    run();
    await new Promise(waitForMicrotasks);
  }

  /**
   * Runs one of the due events, immediates and timeouts.
   * @param selector picks which one.
   * @param variant picks the outcome of an event.
   * @returns whether there was one.
   */
  async runNext(selector = 0, variant = 0): Promise<boolean> {
    const timeout = this.earliestTimer(({ periodMs }) => periodMs === 0);
    const immediates = this.immediates.length > 0 ? 1 : 0;
    const count = this.events.length + immediates + (timeout ? 1 : 0);
    if (count === 0) return false;
    const selected = selector % count;
    // As in Node, immediates run in order, and so do timeouts; either may run before or after an answer of the store.
    if (selected < immediates) await this.runStep('immediate', this.immediates.shift()!);
    else if (timeout && selected === count - 1) await this.fire(timeout);
    else {
      const [event] = this.events.splice(selected - immediates, 1);
      await this.runStep(event!.name, () => event!.run(variant));
    }
    return true;
  }

  /** Advances the clock to the next interval. @returns whether there was one. */
  async advanceToInterval(): Promise<boolean> {
    const interval = this.earliestTimer(({ periodMs }) => periodMs > 0);
    if (interval) await this.fire(interval);
    return interval !== undefined;
  }

  /** Replaces the globals that read the clock or wait for it. @returns a function that restores them. */
  install(): () => void {
    const clock = this as Pick<Scheduler, 'now'>;
    const cancel = (timer: object): void => void this.timers.delete(timer as Timer);
    const replacements: Record<string, unknown> = {
      setImmediate: (run: () => void) => void this.immediates.push(run),
      setTimeout: (run: () => void, ms: number) => this.addTimer(run, ms, 0),
      setInterval: (run: () => void, ms: number) => this.addTimer(run, ms, ms),
      clearTimeout: cancel,
      clearInterval: cancel,
      performance: { now: () => clock.now },
      Date: class extends Date {
        constructor(value: number | string = clock.now) {
          super(value);
        }
        static override now(): number {
          return clock.now;
        }
      },
      // The log reports failed commits, which are intended here.
      console: { ...console, error: () => undefined },
    };
    const names = Object.keys(replacements);
    const originals = names.map((name) => Object.getOwnPropertyDescriptor(globalThis, name)!);
    for (const name of names) {
      const value = replacements[name];
      Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    }
    return () => names.forEach((name, i) => Object.defineProperty(globalThis, name, originals[i]!));
  }

  private addTimer(run: () => void, ms: number, periodMs: number): object {
    const timer = { at: this.now + ms, periodMs, run, unref: () => timer };
    this.timers.add(timer);
    return timer;
  }

  private earliestTimer(matches: (timer: Timer) => boolean): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers) if (matches(timer) && (!first || timer.at < first.at)) first = timer;
    return first;
  }

  private async fire(timer: Timer): Promise<void> {
    this.now = Math.max(this.now, timer.at);
    if (timer.periodMs > 0) timer.at = this.now + timer.periodMs;
    else this.timers.delete(timer);
    await this.runStep(timer.periodMs > 0 ? 'interval' : 'timeout', timer.run);
  }
}
