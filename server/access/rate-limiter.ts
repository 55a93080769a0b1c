import { Refusal } from '../refusal';
import type { WaitSentence } from '../words/sentence';

/** How many points a key may use in how many seconds. */
export interface Allowance {
  points: number;
  seconds: number;
}

/** Limits the rate of one operation: each key has an allowance of points in each window of time. */
export interface RateLimiter {
  /** Returns in how many seconds a key has points again: 0 if it has some now. */
  retryAfter(key: string): number;
  /** Returns how many times its allowance a key has used in its current window. */
  usage(key: string): number;
  /** Counts points, one by default, whether or not they are left. */
  count(key: string, points?: number): void;
}

/** The most keys that one limiter remembers, about 3 MB. */
const KEYS_MAX = 20_000;

/** The part of its allowance from which on a key's use is announced: few keys ever come as far. */
const ANNOUNCED_FROM = 0.1;

interface Window {
  /** By all processes, as far as this one knows; by this one; and what it has announced of that. */
  used: number;
  own: number;
  announced: number;
  /** In ms, on the clock of `performance.now()`. */
  ends: number;
}

/**
 * A rate limiter in memory, with fixed windows: a key's window begins with its first use. Above {@link KEYS_MAX},
 * the oldest window is dropped, and its key has its whole allowance again.
 */
export class InMemoryRateLimiter implements RateLimiter {
  /** The oldest first. */
  private readonly windows = new Map<string, Window>();

  /** @param onUse is called with a key that has used more than other processes know of. */
  constructor(
    private readonly allowance: Allowance,
    private readonly onUse?: (key: string) => void,
  ) {}

  retryAfter(key: string): number {
    const window = this.windows.get(key);
    const left = window ? window.ends - performance.now() : 0;
    return window && left > 0 && window.used >= this.allowance.points ? Math.ceil(left / 1_000) : 0;
  }

  usage(key: string): number {
    const window = this.windows.get(key);
    return window && window.ends > performance.now() ? window.used / this.allowance.points : 0;
  }

  count(key: string, points = 1): void {
    const window = this.add(key, points);
    window.own += points;
    if (this.onUse && window.own >= this.allowance.points * ANNOUNCED_FROM) this.onUse(key);
  }

  /** Counts points that another process has announced. */
  countRemote(key: string, points: number): void {
    this.add(key, points);
  }

  /** Returns what a key has used in this process since the last call, and marks it as announced. */
  takeUnannounced(key: string): number {
    const window = this.windows.get(key);
    if (!window || window.ends <= performance.now()) return 0;
    const points = window.own - window.announced;
    window.announced = window.own;
    return points;
  }

  private add(key: string, points: number): Window {
    const now = performance.now();
    this.evict(now);
    let window = this.windows.get(key);
    if (!window || window.ends <= now) {
      this.windows.delete(key);
      window = { used: 0, own: 0, announced: 0, ends: now + this.allowance.seconds * 1_000 };
      this.windows.set(key, window);
    }
    window.used += points;
    return window;
  }

  /** Removes windows that have ended, at most two for each use: a use begins at most one. */
  private evict(now: number): void {
    let examined = 0;
    for (const [key, { ends }] of this.windows) {
      if ((examined += 1) > 2 || (ends > now && this.windows.size < KEYS_MAX)) return;
      this.windows.delete(key);
    }
  }
}

/**
 * Consumes one point.
 * @param sentence the reason for a refusal.
 * @throws {Refusal} `rate_limited`, with when to try again, if no point is left.
 */
export function consume(limiter: RateLimiter, key: string, sentence: WaitSentence): void {
  refuseIfExhausted(limiter, key, sentence);
  limiter.count(key);
}

/** @throws {Refusal} `rate_limited`, with when to try again, if no point is left. See {@link consume}. */
export function refuseIfExhausted(limiter: RateLimiter, key: string, sentence: WaitSentence): void {
  const wait = limiter.retryAfter(key);
  if (wait > 0) throw new Refusal('rate_limited', [sentence, wait], wait);
}
