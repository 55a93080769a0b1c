import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Link } from '../../__tests__/support/link';
import type { Counters } from './counters';
import { databaseFaults } from './database-faults';
import type { Deployment } from './deployment';
import { RandomSource } from './random-source';

/** A failure of the server or the network, or a request at a bad moment. */
export interface Fault {
  /** How often it is chosen, relative to the weights of the others. */
  weight: number;
  inject: () => void | Promise<void>;
}

/** What faults need from the run. */
export interface FaultTools {
  random: RandomSource;
  /** Waits for a time, or until the run ends. */
  wait: (ms: number) => Promise<void>;
  /** Waits until a condition holds, or until the run ends. @returns whether it holds. */
  until: (holds: () => boolean) => Promise<boolean>;
}

/** How often a condition is checked, in ms. */
const CHECK_INTERVAL_MS = 20;

/** Injects random faults, one after the other. */
export class Faults {
  private readonly stopping = new AbortController();
  /** Seeded for each fault, so that the number of open connections does not decide which fault comes next. */
  private random: RandomSource;
  private readonly faults: Record<string, Fault>;

  /** @param additional returns further faults, by name. */
  constructor(
    private readonly deployment: Deployment,
    private readonly seed: number,
    private readonly counters: Counters,
    additional: (tools: () => FaultTools) => Record<string, Fault>,
  ) {
    this.random = new RandomSource(seed, 'faults');
    // Many impaired links wait for their reset at once.
    setMaxListeners(0, this.stopping.signal);
    const tools = (): FaultTools => ({
      random: this.random,
      wait: (ms) => this.wait(ms),
      until: (holds) => this.until(holds),
    });
    this.faults = {
      cut: { weight: 8, inject: () => this.onSomeLinks((link) => link.close()) },
      reset: { weight: 8, inject: () => this.onSomeLinks((link) => link.reset()) },
      stall: {
        weight: 5,
        inject: () => this.onSomeLinks((link) => this.impairThenReset(link, () => link.stall(), 6_000)),
      },
      'answers lost': {
        weight: 8,
        inject: () =>
          this.onSomeLinks((link) => this.impairThenReset(link, () => link.dropFromServer(), 1_000)),
      },
      throttle: { weight: 5, inject: () => this.onSomeLinks((link) => this.throttle(link)) },
      unreachable: { weight: 2, inject: () => this.disconnectProxy() },
      'kill -9': { weight: 3, inject: () => this.random.pick(deployment.nodes).restart('SIGKILL') },
      SIGTERM: { weight: 2, inject: () => this.random.pick(deployment.nodes).restart('SIGTERM') },
      SIGSTOP: { weight: 2, inject: () => this.freeze() },
      ...(deployment.postgres && databaseFaults(deployment.postgres, tools)),
      ...additional(tools),
    };
  }

  /** Whether each fault has been injected at least once. */
  get isComplete(): boolean {
    return Object.keys(this.faults).every((name) => this.counters.faultsByName.has(name));
  }

  /** Injects faults until {@link stop}: first each of them once, in random order, then by their weights. */
  async run(): Promise<void> {
    const pending = Object.keys(this.faults);
    const weighted = Object.entries(this.faults).flatMap(([name, { weight }]) =>
      Array<string>(weight).fill(name),
    );
    for (let n = 0; !this.stopping.signal.aborted; n += 1) {
      this.random = new RandomSource(this.seed, `fault ${n}`);
      const name =
        pending.length > 0
          ? pending.splice(this.random.below(pending.length), 1)[0]!
          : this.random.pick(weighted);
      await this.faults[name]!.inject();
      this.counters.countFault(name);
      await this.wait(this.random.between(100, 1_000));
    }
  }

  /** Stops, and resets all links: some of them may still be impaired. */
  stop(): void {
    this.stopping.abort();
    for (const { links } of this.deployment.proxies) links.forEach((link) => link.reset());
  }

  /** Impairs a random share of the links of one proxy. */
  private onSomeLinks(impair: (link: Link) => void): void {
    const share = this.random.next();
    const { links } = this.random.pick(this.deployment.proxies);
    for (const link of [...links]) if (this.random.chance(share)) impair(link);
  }

  /** A TCP connection never recovers bytes that the link dropped, so the link has to be reset. */
  private impairThenReset(link: Link, impair: () => void, maxMs: number): void {
    impair();
    void this.wait(this.random.between(50, maxMs)).then(() => link.reset());
  }

  private throttle(link: Link): void {
    link.throttle(1_000 * 2 ** this.random.below(8));
    void this.wait(this.random.between(200, 5_000)).then(() => link.throttle(Infinity));
  }

  private async disconnectProxy(): Promise<void> {
    const proxy = this.random.pick(this.deployment.proxies);
    proxy.disable();
    await this.wait(this.random.between(100, 2_000));
    proxy.enable();
  }

  private async freeze(): Promise<void> {
    const { server } = this.random.pick(this.deployment.nodes);
    server.child.kill('SIGSTOP');
    await this.wait(this.random.between(100, 2_500));
    server.child.kill('SIGCONT');
  }

  private async until(holds: () => boolean): Promise<boolean> {
    while (!holds() && !this.stopping.signal.aborted) await this.wait(CHECK_INTERVAL_MS);
    return holds();
  }

  private wait(ms: number): Promise<void> {
    return pause(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}
