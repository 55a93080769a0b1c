import { Refusal } from '../refusal';

/** The most writers whose last message is remembered, about 2 MB; above it, the oldest is forgotten. */
const WRITERS_MAX = 10_000;

/** Limits how often each writer may write in rooms with slow mode. */
export interface SlowMode {
  /**
   * Counts a message.
   * @param seconds the room's current interval.
   * @returns the function that takes the count back, for a message that could not be stored.
   * @throws {Refusal} `slow_mode`, with when to try again.
   */
  count(room: string, writer: string, seconds: number): Promise<() => void>;
}

/**
 * Slow mode for the writers of one process. It remembers when they last wrote, and not when their wait ends, since the
 * interval may change meanwhile.
 */
export class InMemorySlowMode implements SlowMode {
  /** The times of the last messages, in ms on the clock of `performance.now()`, the oldest first. */
  private readonly last = new Map<string, number>();

  async count(room: string, writer: string, seconds: number): Promise<() => void> {
    const key = `${room} ${writer}`;
    const now = performance.now();
    const before = this.last.get(key);
    const wait = Math.ceil(((before ?? -Infinity) + seconds * 1_000 - now) / 1_000);
    if (wait > 0) {
      const words = `This room is in slow mode: one message in ${seconds} s. Try again in ${wait} s.`;
      throw new Refusal('slow_mode', words, wait);
    }
    this.remember(key, now);
    return () => {
      if (this.last.get(key) !== now) return;
      if (before === undefined) this.last.delete(key);
      else this.remember(key, before);
    };
  }

  private remember(key: string, time: number): void {
    this.last.delete(key);
    const [oldest] = this.last.keys();
    if (oldest !== undefined && this.last.size >= WRITERS_MAX) this.last.delete(oldest);
    this.last.set(key, time);
  }
}
