import type { Allowance, RateLimiter } from './rate-limiter';
import type { CreateRateLimiter } from './shared-rate-limiters';
import type { WaitSentence } from '../words/sentence';

/** The rate limits, by the operations that they count. */
export type RateLimitName = 'messages' | 'names' | 'contacts' | 'rooms' | 'signIns' | 'reads' | 'refusals';

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
  /** The reason for a refusal. */
  sentence: WaitSentence;
}

/** All rate limits; all transports share them. */
export type RateLimits = Readonly<Record<RateLimitName, RateLimit>>;

/** Creates the rate limits. @param settings undefined if limits are off; then there are none. */
export function createRateLimits(
  settings: LimitSettings | undefined,
  create: CreateRateLimiter,
): RateLimits | undefined {
  if (!settings) return undefined;
  const rateLimit = (name: RateLimitName, sentence: WaitSentence): RateLimit => {
    const { points, seconds } = settings[name];
    return {
      visitors: create(`${name} of visitors`, { points, seconds }),
      addresses: create(`${name} of addresses`, { points: points * ADDRESS_FACTOR, seconds }),
      sentence,
    };
  };
  return {
    messages: rateLimit('messages', 'tooManyMessages'),
    names: rateLimit('names', 'tooManyNames'),
    contacts: rateLimit('contacts', 'tooManyContacts'),
    rooms: rateLimit('rooms', 'tooManyRoomChanges'),
    signIns: rateLimit('signIns', 'tooManySignIns'),
    reads: rateLimit('reads', 'tooManyReads'),
    refusals: rateLimit('refusals', 'tooManyRefusals'),
  };
}
