import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Link } from '../../__tests__/support/link';
import type { Tally } from './counters';
import type { World } from './deployment';
import { Dice } from './random-source';

/** Something that goes wrong, or is asked for in a bad moment. */
export interface Fault {
  /** How often it comes, beside the weights of the others. */
  weight: number;
  strike: () => void | Promise<void>;
}

/** Makes things go wrong at random, one after the other. */
export class Faults {
  private readonly stopped = new AbortController();
  /** Those of the fault under way, so that how many connections there are does not decide what comes next. */
  private dice: Dice;
  private readonly all: Record<string, Fault>;

  /** @param more what else may happen, by name. */
  constructor(
    private readonly world: World,
    private readonly seed: number,
    private readonly tally: Tally,
    more: Record<string, Fault>,
  ) {
    this.dice = new Dice(seed, 'faults');
    // Many faults wait at once.
    setMaxListeners(0, this.stopped.signal);
    this.all = {
      cut: { weight: 8, strike: () => this.links((link) => link.cut()) },
      reset: { weight: 8, strike: () => this.links((link) => link.reset()) },
      stall: {
        weight: 5,
        strike: () => this.links((link) => this.thenReset(link, () => link.stall(), 6_000)),
      },
      'answers lost': {
        weight: 8,
        strike: () => this.links((link) => this.thenReset(link, () => link.mute(), 1_000)),
      },
      throttle: { weight: 5, strike: () => this.links((link) => this.throttle(link)) },
      unreachable: { weight: 2, strike: () => this.unreachable() },
      'kill -9': { weight: 3, strike: () => world.restart('SIGKILL') },
      SIGTERM: { weight: 2, strike: () => world.restart('SIGTERM') },
      SIGSTOP: { weight: 2, strike: () => this.freeze() },
      ...more,
    };
  }

  /** Whether each kind has come at least once. */
  get complete(): boolean {
    return Object.keys(this.all).every((name) => this.tally.faults.has(name));
  }

  /** Goes on until {@link stop}: first each kind once, in an order of its own, then by their weights. */
  async run(): Promise<void> {
    const first = Object.keys(this.all);
    const urn = Object.entries(this.all).flatMap(([name, { weight }]) => Array<string>(weight).fill(name));
    for (let n = 0; !this.stopped.signal.aborted; n += 1) {
      this.dice = new Dice(this.seed, `fault ${n}`);
      const name =
        first.length > 0 ? first.splice(this.dice.below(first.length), 1)[0]! : this.dice.pick(urn);
      this.tally.fault(name);
      await this.all[name]!.strike();
      await this.wait(this.dice.between(100, 1_000));
    }
  }

  /** Ends it, and breaks what is still impaired: from here on the networks are well. */
  stop(): void {
    this.stopped.abort();
    for (const { links } of this.world.proxies) links.forEach((link) => link.reset());
  }

  /** Does something to some of the connections of one network. */
  private links(strike: (link: Link) => void): void {
    const share = this.dice.next();
    const { links } = this.dice.pick(this.world.proxies);
    for (const link of [...links]) if (this.dice.chance(share)) strike(link);
  }

  /** What was lost in a connection can't be had in it any more, so it has to end. */
  private thenReset(link: Link, first: () => void, most: number): void {
    first();
    void this.wait(this.dice.between(50, most)).then(() => link.reset());
  }

  private throttle(link: Link): void {
    link.throttle(1_000 * 2 ** this.dice.below(8));
    void this.wait(this.dice.between(200, 5_000)).then(() => link.throttle(Infinity));
  }

  private async unreachable(): Promise<void> {
    const proxy = this.dice.pick(this.world.proxies);
    proxy.cut();
    await this.wait(this.dice.between(100, 2_000));
    proxy.mend();
  }

  private async freeze(): Promise<void> {
    this.world.server.child.kill('SIGSTOP');
    await this.wait(this.dice.between(100, 2_500));
    this.world.server.child.kill('SIGCONT');
  }

  private wait(ms: number): Promise<void> {
    return pause(ms, undefined, { signal: this.stopped.signal }).catch(() => undefined);
  }
}
