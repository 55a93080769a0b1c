import { Refusal } from '../refusal';

/** Counts the open connections of visitors or addresses, up to a limit for each. */
export interface ConnectionLimiter {
  /** Whether a key has as many open as it may. */
  isFull(key: string): boolean;
  /** Counts one more. */
  add(key: string): void;
  /** Counts one less. */
  remove(key: string): void;
}

/** Counts the connections to one process. */
export class InMemoryConnectionLimiter implements ConnectionLimiter {
  private readonly open = new Map<string, number>();

  constructor(private readonly most: number) {}

  isFull(key: string): boolean {
    return this.count(key) >= this.most;
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

/** A key of a limit. */
type Slot = readonly [limit: ConnectionLimiter, key: string];

/**
 * Counts a connection in all of the limits that it falls under, or in none.
 * @returns the function that releases it; calling it again does nothing.
 * @throws {Refusal} `too_many_connections` if one of them is full.
 */
export function reserve(...slots: readonly Slot[]): () => void {
  if (slots.some(([limit, key]) => limit.isFull(key)))
    throw new Refusal(
      'too_many_connections',
      'Too many connections are open from here. Close some, and try again.',
      10,
    );
  for (const [limit, key] of slots) limit.add(key);
  let isOpen = true;
  return () => {
    if (!isOpen) return;
    isOpen = false;
    for (const [limit, key] of slots) limit.remove(key);
  };
}
