import { Refusal } from '../refusal';

/** How many points may be used in how many seconds. */
export interface Allowance {
  points: number;
  seconds: number;
}

/** A rate limit: each key may use an allowance in each window of time. */
export interface RateLimiter {
  /** Returns in how many seconds a key has points again: 0 if it has some now. */
  retryAfter(key: string): number;
  /** Returns how many times its allowance a key has used in its window. */
  timesUsed(key: string): number;
  /** Counts points, one by default, whether or not they are left. */
  count(key: string, points?: number): void;
}

/** The most keys that one rate limit remembers, about 3 MB. */
const KEYS_MAX = 20_000;

interface Window {
  used: number;
  /** In ms, on the clock of `performance.now()`. */
  ends: number;
}

/**
 * A rate limit of one process, in fixed windows, one per key; a window begins with the first use. Memory is bounded: past 20,000 keys
 * the oldest window is forgotten, and its key has its whole allowance again.
 */
export class InMemoryRateLimiter implements RateLimiter {
  /** The oldest first. */
  private readonly windows = new Map<string, Window>();

  constructor(private readonly allowance: Allowance) {}

  retryAfter(key: string): number {
    const window = this.windows.get(key);
    const left = window ? window.ends - performance.now() : 0;
    return window && left > 0 && window.used >= this.allowance.points ? Math.ceil(left / 1_000) : 0;
  }

  timesUsed(key: string): number {
    const window = this.windows.get(key);
    return window && window.ends > performance.now() ? window.used / this.allowance.points : 0;
  }

  count(key: string, points = 1): void {
    const now = performance.now();
    this.forget(now);
    const window = this.windows.get(key);
    if (window && window.ends > now) window.used += points;
    else {
      this.windows.delete(key);
      this.windows.set(key, { used: points, ends: now + this.allowance.seconds * 1_000 });
    }
  }

  /** Forgets windows that have ended, at most two at a time: more than can begin meanwhile. */
  private forget(now: number): void {
    let looked = 0;
    for (const [key, { ends }] of this.windows) {
      if ((looked += 1) > 2 || (ends > now && this.windows.size < KEYS_MAX)) return;
      this.windows.delete(key);
    }
  }
}

/**
 * Takes one point from a rate limit.
 * @param words what was done too often, if none is left.
 * @throws {Refusal} `rate_limited`, with when to try again.
 */
export function spend(limit: RateLimiter, key: string, words: string): void {
  refuseIfSpent(limit, key, words);
  limit.count(key);
}

/** @throws {Refusal} `rate_limited`, with when to try again, if no point is left. */
export function refuseIfSpent(limit: RateLimiter, key: string, words: string): void {
  const wait = limit.retryAfter(key);
  if (wait > 0) throw new Refusal('rate_limited', `${words}. Try again in ${wait} s.`, wait);
}
