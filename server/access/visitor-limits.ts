import type { Visitor } from '../identity/visitor';
import { InMemoryConnectionLimiter, reserve, type ConnectionLimiter } from './connection-limiter';
import { consume, refuseIfExhausted } from './rate-limiter';
import { ADDRESS_FACTOR, FLOOD_FACTOR, readsFor, type RateLimitName, type RateLimits } from './rate-limits';

/** Limits the requests and connections of each visitor, and of all visitors from one address. */
export class VisitorLimits {
  private readonly visitors: ConnectionLimiter;
  private readonly addresses: ConnectionLimiter;

  /**
   * @param rateLimits undefined if limits are off.
   * @param connections how many a visitor may have open at a time.
   */
  constructor(
    private readonly rateLimits: RateLimits | undefined,
    connections: number,
  ) {
    this.visitors = new InMemoryConnectionLimiter(connections);
    this.addresses = new InMemoryConnectionLimiter(ADDRESS_FACTOR * connections);
  }

  /**
   * Consumes one point of a rate limit, of both the visitor and its address. If either is exhausted, it consumes
   * neither, so a visitor above its limit does not exhaust the address that it shares with others.
   * @throws {Refusal} `rate_limited`, with when to try again.
   */
  consume(limit: RateLimitName, visitor: Visitor): void {
    this.check(limit, visitor);
    this.count(limit, visitor, 1);
  }

  /**
   * Consumes one read of a visitor alone: {@link AddressLimits.countRequest} has counted its address.
   * @throws {Refusal} `rate_limited`
   */
  consumeRead({ id }: Visitor): void {
    if (this.rateLimits) consume(this.rateLimits.reads.visitors, id, this.rateLimits.reads.sentence);
  }

  /** Counts points whose number is known only afterwards, whether or not they are left. */
  count(limit: RateLimitName, { id, address }: Visitor, points: number): void {
    this.rateLimits?.[limit].addresses.count(address, points);
    this.rateLimits?.[limit].visitors.count(id, points);
  }

  /** Consumes one point as {@link consume} does. @returns false if none is left. */
  tryConsume(limit: RateLimitName, visitor: Visitor): boolean {
    const { addresses, visitors } = this.rateLimits?.[limit] ?? {};
    const isExhausted = addresses?.retryAfter(visitor.address) || visitors?.retryAfter(visitor.id);
    if (isExhausted) return false;
    this.count(limit, visitor, 1);
    return true;
  }

  /**
   * Counts the reads that a large frame costs, before it is parsed; a small one costs only the request that it
   * contains. Replays consume reads, too, so a large frame is refused only if its sender floods.
   * @param size in bytes.
   * @throws {Refusal} `rate_limited`
   */
  countFrame(size: number, visitor: Visitor): void {
    const reads = readsFor(size);
    if (!this.rateLimits || reads === 0) return;
    const { visitors, addresses } = this.rateLimits.reads;
    if (Math.max(addresses.usage(visitor.address), visitors.usage(visitor.id)) >= FLOOD_FACTOR)
      this.check('reads', visitor);
    this.count('reads', visitor, reads);
  }

  /** Counts a refused request of a connection. */
  countRefusal(visitor: Visitor): void {
    this.count('refusals', visitor, 1);
  }

  /** @throws {Refusal} `rate_limited` if too many requests of a visitor, or of its address, were refused. */
  checkRefusals(visitor: Visitor): void {
    this.check('refusals', visitor);
  }

  /**
   * Counts a connection from the moment it is allowed, so that connections opened in parallel cannot exceed the limit.
   * @returns the function that releases it; calling it again does nothing.
   * @throws {Refusal} `too_many_connections`
   */
  reserve({ id, address }: Visitor): () => void {
    return reserve([this.visitors, id], [this.addresses, address]);
  }

  private check(limit: RateLimitName, { id, address }: Visitor): void {
    if (!this.rateLimits) return;
    const { visitors, addresses, sentence } = this.rateLimits[limit];
    refuseIfExhausted(addresses, address, sentence);
    refuseIfExhausted(visitors, id, sentence);
  }
}
