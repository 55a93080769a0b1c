import { InMemoryConnectionLimiter, reserve, type ConnectionLimiter } from './connection-limiter';
import { refuseIfSpent, spend } from './rate-limiter';
import { ADDRESS_FACTOR, FLOOD_FACTOR, readsFor, type RateLimitName, type RateLimits } from './rate-limits';

/** Whom the limits count: a visitor, and the address that it comes from. */
export interface Subject {
  id: string;
  address: string;
}

/** What visitors may do, and how many connections they may have open. */
export class VisitorLimits {
  private readonly visitors: ConnectionLimiter;
  private readonly addresses: ConnectionLimiter;

  /**
   * @param rates nothing where there are no limits.
   * @param connections how many a visitor may have open at a time.
   */
  constructor(
    private readonly rates: RateLimits | undefined,
    connections: number,
  ) {
    this.visitors = new InMemoryConnectionLimiter(connections);
    this.addresses = new InMemoryConnectionLimiter(ADDRESS_FACTOR * connections);
  }

  /**
   * Takes one from an allowance: of the address and the visitor, or of neither if one of them is spent. So whoever is
   * over the limit takes nothing away from others.
   * @throws {Refusal} `rate_limited`, with when to try again.
   */
  take(what: RateLimitName, subject: Subject): void {
    this.check(what, subject);
    this.count(what, subject, 1);
  }

  /**
   * Takes one read from the allowance of a visitor alone: its request was counted by address before.
   * @throws {Refusal} `rate_limited`
   */
  takeRead({ id }: Subject): void {
    if (this.rates) spend(this.rates.reads.visitors, id, this.rates.reads.sentence);
  }

  /** Counts what turned out to cost more, whether or not anything is left. */
  count(what: RateLimitName, { id, address }: Subject, points: number): void {
    this.rates?.[what].addresses.count(address, points);
    this.rates?.[what].visitors.count(id, points);
  }

  /** Takes one from an allowance. @returns false if none is left. */
  tryTake(what: RateLimitName, subject: Subject): boolean {
    const rate = this.rates?.[what];
    const isSpent =
      rate && Math.max(rate.addresses.retryAfter(subject.address), rate.visitors.retryAfter(subject.id)) > 0;
    if (!isSpent) this.count(what, subject, 1);
    return !isSpent;
  }

  /**
   * Counts a frame by its size, before it is parsed; a small one costs only what it asks for. Replays spend the reads
   * as well, so a large frame may cost more than is left.
   * @param size in bytes.
   * @throws {Refusal} `rate_limited` if it is large and its sender floods.
   */
  countFrame(size: number, subject: Subject): void {
    const reads = readsFor(size);
    if (!this.rates || reads === 0) return;
    const { visitors, addresses } = this.rates.reads;
    if (Math.max(addresses.timesUsed(subject.address), visitors.timesUsed(subject.id)) >= FLOOD_FACTOR)
      this.check('reads', subject);
    this.count('reads', subject, reads);
  }

  /** Counts a refused request of a connection. */
  countRefusal(subject: Subject): void {
    this.count('refusals', subject, 1);
  }

  /** @throws {Refusal} `rate_limited` if too many requests of a visitor, or of its address, were refused. */
  checkRefusals(subject: Subject): void {
    this.check('refusals', subject);
  }

  /**
   * Counts a connection from the moment it is allowed, so that connections opened in parallel can't exceed the limit.
   * @returns the function that releases it; calling it again does nothing.
   * @throws {Refusal} `too_many_connections`
   */
  reserve({ id, address }: Subject): () => void {
    return reserve([this.visitors, id], [this.addresses, address]);
  }

  private check(what: RateLimitName, { id, address }: Subject): void {
    if (!this.rates) return;
    const { visitors, addresses, sentence } = this.rates[what];
    refuseIfSpent(addresses, address, sentence);
    refuseIfSpent(visitors, id, sentence);
  }
}
