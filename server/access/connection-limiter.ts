import { Refusal } from '../refusal';

/** Counts the open connections of visitors or addresses, up to a limit for each. */
export interface ConnectionLimiter {
  /** Returns whether a key has reached the limit. */
  isFull(key: string): boolean;
  /** Counts one more connection. */
  add(key: string): void;
  /** Counts one connection less. */
  remove(key: string): void;
}

/** Limits the connections to one process. */
export class InMemoryConnectionLimiter implements ConnectionLimiter {
  private readonly open = new Map<string, number>();

  constructor(private readonly max: number) {}

  isFull(key: string): boolean {
    return this.count(key) >= this.max;
  }

  add(key: string): void {
    this.open.set(key, this.count(key) + 1);
  }

  remove(key: string): void {
    const left = this.count(key) - 1;
    if (left > 0) this.open.set(key, left);
    else this.open.delete(key);
  }

  private count(key: string): number {
    return this.open.get(key) ?? 0;
  }
}

/** A key of a limiter. */
type Slot = readonly [limiter: ConnectionLimiter, key: string];

/**
 * Counts a connection under all of the given keys, or under none.
 * @returns the function that releases it; calling it again does nothing.
 * @throws {Refusal} `too_many_connections` if one of the keys has reached its limit.
 */
export function reserve(...slots: readonly Slot[]): () => void {
  if (slots.some(([limiter, key]) => limiter.isFull(key)))
    throw new Refusal('too_many_connections', 'connectionsFull', 10);
  for (const [limiter, key] of slots) limiter.add(key);
  let isOpen = true;
  return () => {
    if (!isOpen) return;
    isOpen = false;
    for (const [limiter, key] of slots) limiter.remove(key);
  };
}
