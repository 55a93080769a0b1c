/** Something that will happen; what it does may depend on a number that the scenario picks, 0 being the plainest. */
interface Event {
  name: string;
  run: (how: number) => void;
}

interface Timer {
  at: number;
  /** The period of an interval, in ms; 0 for a timeout. */
  every: number;
  run: () => void;
}

const waitForMicrotasks = setImmediate;

/**
 * Owns time and the order of everything that can be awaited: timers, immediates and the model store's answers.
 * Node runs all microtasks between two events here, as it does between two of its own.
 *
 * fast-check's own scheduler is not used: it orders promises but not timers, has no clock, and does not shrink the
 * order. Here the order is part of the scenario, which fast-check generates and shrinks like any other data.
 */
export class Scheduler {
  /** The simulated time, in ms. */
  now = 0;
  /** How many steps were made: what happens at a smaller one happened before. */
  step = 0;
  /** What happened, one line for each step, if that is wanted. */
  trace: string[] | undefined;
  private readonly events: Event[] = [];
  private readonly immediates: (() => void)[] = [];
  private readonly timers = new Set<Timer>();

  /** Plans an event that may happen at any time from now on, before or after any other. */
  add(name: string, run: (how: number) => void): void {
    this.events.push({ name, run });
  }

  /** Makes one step: does something, and then everything that follows from it without waiting. */
  async make(name: string, act: () => void): Promise<void> {
    this.step += 1;
    this.trace?.push(name);
    act();
    await new Promise(waitForMicrotasks);
  }

  /** Lets one of the things happen that are due. @returns whether there was one. */
  async next(which = 0, how = 0): Promise<boolean> {
    const timeout = this.earliest(({ every }) => every === 0);
    const immediates = this.immediates.length > 0 ? 1 : 0;
    const count = this.events.length + immediates + (timeout ? 1 : 0);
    if (count === 0) return false;
    const chosen = which % count;
    // Of immediates and timeouts the first is due, as in Node; there is no order between them and the store.
    if (chosen < immediates) await this.make('immediate', this.immediates.shift()!);
    else if (timeout && chosen === count - 1) await this.fire(timeout);
    else {
      const [event] = this.events.splice(chosen - immediates, 1);
      await this.make(event!.name, () => event!.run(how));
    }
    return true;
  }

  /** Lets the time pass until the next interval. */
  async tick(): Promise<void> {
    const interval = this.earliest(({ every }) => every > 0);
    if (interval) await this.fire(interval);
  }

  /** Replaces the globals that tell or let pass time. @returns a function that puts them back. */
  install(): () => void {
    const clock = this as Pick<Scheduler, 'now'>;
    const time = (run: () => void, ms: number, repeats: boolean) => this.plan(run, ms, repeats ? ms : 0);
    const cancel = (timer: object): void => void this.timers.delete(timer as Timer);
    const replaced: Record<string, unknown> = {
      setImmediate: (run: () => void) => void this.immediates.push(run),
      setTimeout: (run: () => void, ms: number) => time(run, ms, false),
      setInterval: (run: () => void, ms: number) => time(run, ms, true),
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
      // The log says each second that commits fail, which here they do on purpose.
      console: { ...console, error: () => undefined },
    };
    const names = Object.keys(replaced);
    const originals = names.map((name) => Object.getOwnPropertyDescriptor(globalThis, name)!);
    for (const name of names) {
      Object.defineProperty(globalThis, name, { value: replaced[name], configurable: true, writable: true });
    }
    return () => names.forEach((name, i) => Object.defineProperty(globalThis, name, originals[i]!));
  }

  private plan(run: () => void, ms: number, every: number): object {
    const timer = { at: this.now + ms, every, run, unref: () => timer };
    this.timers.add(timer);
    return timer;
  }

  private earliest(is: (timer: Timer) => boolean): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers) if (is(timer) && (!first || timer.at < first.at)) first = timer;
    return first;
  }

  private async fire(timer: Timer): Promise<void> {
    this.now = Math.max(this.now, timer.at);
    if (timer.every > 0) timer.at = this.now + timer.every;
    else this.timers.delete(timer);
    await this.make(timer.every > 0 ? 'interval' : 'timeout', timer.run);
  }
}
