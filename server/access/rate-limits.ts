import { InMemoryRateLimiter, type Allowance, type RateLimiter } from './rate-limiter';

/** The rate limits, by the operations that they count. */
export type RateLimitName = 'messages' | 'names' | 'contacts' | 'signIns' | 'reads' | 'refusals';

/** The limits that an operator can set. */
export interface LimitSettings extends Record<RateLimitName, Allowance> {
  /** How many connections a visitor may have open at a time. */
  connections: number;
}

/** An address has this many times the allowance of a visitor: a whole class may be behind it. */
export const ADDRESS_FACTOR = 10;

/** The bytes of a request or frame that cost one more read: receiving takes time by size. */
const BYTES_PER_READ = 4 * 1024;

/** A key that has used its allowance this many times over is flooding. */
export const FLOOD_FACTOR = 2;

/** Returns how many reads a request or frame costs by its size, in bytes. */
export function readsFor(size: number): number {
  return Math.floor(size / BYTES_PER_READ);
}

/** The rate limit of one operation: for each visitor, and for each address. */
export interface RateLimit {
  visitors: RateLimiter;
  addresses: RateLimiter;
  /** The reason for a refusal, without its full stop. */
  sentence: string;
}

/** All rate limits; all transports share them. */
export type RateLimits = Readonly<Record<RateLimitName, RateLimit>>;

/** Creates the rate limits. @param settings undefined if limits are off; then there are none. */
export function createRateLimits(settings: LimitSettings | undefined): RateLimits | undefined {
  const rateLimit = ({ points, seconds }: Allowance, sentence: string): RateLimit => ({
    visitors: new InMemoryRateLimiter({ points, seconds }),
    addresses: new InMemoryRateLimiter({ points: points * ADDRESS_FACTOR, seconds }),
    sentence,
  });
  return (
    settings && {
      messages: rateLimit(settings.messages, 'You are sending messages too fast'),
      names: rateLimit(settings.names, 'You have changed your name too often'),
      contacts: rateLimit(settings.contacts, 'You have changed contacts too often'),
      signIns: rateLimit(settings.signIns, 'There were too many attempts to sign in'),
      reads: rateLimit(settings.reads, 'You are sending too many requests'),
      refusals: rateLimit(settings.refusals, 'Too many of your requests were refused'),
    }
  );
}
