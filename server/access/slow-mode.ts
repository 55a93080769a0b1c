import { Refusal } from '../refusal';

/** The most writers whose last message is remembered, about 2 MB; above it, the oldest is dropped. */
const WRITERS_MAX = 10_000;

/** Limits how often each writer may write in rooms with slow mode. */
export interface SlowMode {
  /**
   * Counts a message.
   * @param seconds the room's current interval.
   * @returns the function that undoes the count, for a message that was not stored.
   * @throws {Refusal} `slow_mode`, with when to try again.
   */
  count(room: string, writer: string, seconds: number): Promise<() => void>;
}

/**
 * Slow mode for the writers of one process. It stores the times of their last messages rather than the ends of their
 * waits, since the interval may change in the meantime.
 */
export class InMemorySlowMode implements SlowMode {
  /** The times of the last messages, in ms on the clock of `performance.now()`, the oldest first. */
  private readonly lastMessages = new Map<string, number>();

  async count(room: string, writer: string, seconds: number): Promise<() => void> {
    const key = `${room} ${writer}`;
    const now = performance.now();
    const previous = this.lastMessages.get(key);
    const wait = Math.ceil(((previous ?? -Infinity) + seconds * 1_000 - now) / 1_000);
    if (wait > 0) {
      const sentence = `This room is in slow mode: one message in ${seconds} s. Try again in ${wait} s.`;
      throw new Refusal('slow_mode', sentence, wait);
    }
    this.remember(key, now);
    return () => {
      if (this.lastMessages.get(key) !== now) return;
      if (previous === undefined) this.lastMessages.delete(key);
      else this.remember(key, previous);
    };
  }

  private remember(key: string, time: number): void {
    this.lastMessages.delete(key);
    const [oldest] = this.lastMessages.keys();
    if (oldest !== undefined && this.lastMessages.size >= WRITERS_MAX) this.lastMessages.delete(oldest);
    this.lastMessages.set(key, time);
  }
}
