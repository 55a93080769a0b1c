import { InMemoryRateLimiter, type Allowance, type RateLimiter } from './rate-limiter';

/** What is limited by time. */
export type RateLimitName = 'messages' | 'names' | 'contacts' | 'signIns' | 'reads' | 'refusals';

/** The limits that an operator can set. */
export interface LimitSettings extends Record<RateLimitName, Allowance> {
  /** How many connections a visitor may have open at a time. */
  connections: number;
}

/** An address may do this many times what one visitor may: there may be a whole class behind it. */
export const ADDRESS_FACTOR = 10;

/** Receiving costs time by size: a request or frame costs one more read for each of these bytes. */
const BYTES_PER_READ = 4 * 1024;

/** Somebody floods who has used an allowance this many times over. */
export const FLOOD_FACTOR = 2;

/** Returns how many reads a request or frame costs by its size, in bytes. */
export function readsFor(size: number): number {
  return Math.floor(size / BYTES_PER_READ);
}

/** The rate limits of one thing that is limited: of each visitor, and of each address. */
export interface RateLimit {
  visitors: RateLimiter;
  addresses: RateLimiter;
  /** What was done too often, for the refusal. */
  sentence: string;
}

/** All rate limits; the same across all transports. */
export type RateLimits = Readonly<Record<RateLimitName, RateLimit>>;

/** Creates the rate limits. @param settings nothing where there are no limits. */
export function createRateLimits(settings: LimitSettings | undefined): RateLimits | undefined {
  const rate = ({ points, seconds }: Allowance, sentence: string): RateLimit => ({
    visitors: new InMemoryRateLimiter({ points, seconds }),
    addresses: new InMemoryRateLimiter({ points: points * ADDRESS_FACTOR, seconds }),
    sentence,
  });
  return (
    settings && {
      messages: rate(settings.messages, 'You are sending messages too fast'),
      names: rate(settings.names, 'You have changed your name too often'),
      contacts: rate(settings.contacts, 'You have changed contacts too often'),
      signIns: rate(settings.signIns, 'There were too many attempts to sign in'),
      reads: rate(settings.reads, 'You are sending too many requests'),
      refusals: rate(settings.refusals, 'Too many of your requests were refused'),
    }
  );
}
