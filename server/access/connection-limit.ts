import { Refusal } from '../refusal';

/** Counts the open connections of visitors or addresses, up to a limit for each. */
export class ConnectionLimit {
  private readonly open = new Map<string, number>();

  constructor(private readonly most: number) {}

  /** Whether one has as many open as it may. */
  isFull(key: string): boolean {
    return this.count(key) >= this.most;
  }

  /** Counts one more. */
  add(key: string): void {
    this.open.set(key, this.count(key) + 1);
  }

  /** Counts one less. */
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
type Place = readonly [limit: ConnectionLimit, key: string];

/**
 * Counts a connection in all of the limits that it falls under, or in none.
 * @returns the function that releases it; calling it again does nothing.
 * @throws {Refusal} `too_many_connections` if one of them is full.
 */
export function reserve(...places: readonly Place[]): () => void {
  if (places.some(([limit, key]) => limit.isFull(key)))
    throw new Refusal(
      'too_many_connections',
      'Too many connections are open from here. Close some, and try again.',
      10,
    );
  for (const [limit, key] of places) limit.add(key);
  let isOpen = true;
  return () => {
    if (!isOpen) return;
    isOpen = false;
    for (const [limit, key] of places) limit.remove(key);
  };
}
