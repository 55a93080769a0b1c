import { NO_BUS, type Bus } from './bus';
import { linesOf, payloadsOf } from './payload';
import { InMemoryRateLimiter, type Allowance, type RateLimiter } from './rate-limiter';

/** How long uses are gathered, in ms. */
const GATHERING_DELAY = 50;
/** The most keys whose use waits to be announced, about 2 MB. Others are announced with a later use. */
const PENDING_MAX = 20_000;

/** Creates a rate limiter. @param name tells it apart from others, the same on all nodes. */
export type CreateRateLimiter = (name: string, allowance: Allowance) => RateLimiter;

/**
 * Creates rate limiters that all nodes share: each counts in memory, and announces the use of the keys that have used a
 * tenth of their allowance. Asking the database instead would cost a commit for each request.
 */
export class SharedRateLimiters {
  private readonly limiters = new Map<string, InMemoryRateLimiter>();
  /** The keys whose use is to be announced, by the names of their limiters. */
  private readonly pending = new Map<string, Set<string>>();
  private pendingKeys = 0;
  private sending: NodeJS.Timeout | undefined;
  private lastSent = 0;

  /** @param bus reaches the other nodes. */
  constructor(private readonly bus: Bus) {
    bus.subscribe('limits', (payload) => {
      for (const [name = '', key = '', text] of linesOf(payload)) {
        const points = Number(text);
        if (Number.isSafeInteger(points) && points > 0) this.limiters.get(name)?.countRemote(key, points);
      }
    });
  }

  readonly create: CreateRateLimiter = (name, allowance) => {
    const isShared = this.bus !== NO_BUS;
    const limiter = new InMemoryRateLimiter(
      allowance,
      isShared ? (key) => this.announce(name, key) : undefined,
    );
    this.limiters.set(name, limiter);
    return limiter;
  };

  /** Stops announcing. */
  close(): void {
    clearTimeout(this.sending);
  }

  private announce(name: string, key: string): void {
    let keys = this.pending.get(name);
    if (!keys) this.pending.set(name, (keys = new Set()));
    if (keys.has(key) || this.pendingKeys >= PENDING_MAX) return;
    keys.add(key);
    this.pendingKeys += 1;
    this.sending ??= setTimeout(this.send, GATHERING_DELAY).unref();
  }

  private readonly send = (): void => {
    this.sending = undefined;
    // The number tells equal messages apart, which the bus would send once.
    const head = JSON.stringify([String((this.lastSent += 1))]);
    for (const payload of payloadsOf(this.lines(), head)) this.bus.publish('limits', payload);
    this.pending.clear();
    this.pendingKeys = 0;
  };

  private *lines(): Iterable<string> {
    for (const [name, keys] of this.pending) {
      for (const key of keys) {
        const points = this.limiters.get(name)!.takeUnannounced(key);
        if (points > 0) yield JSON.stringify([name, key, String(points)]);
      }
    }
  }
}
