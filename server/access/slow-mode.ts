import { Refusal } from '../refusal';

/** The most writers whose last message is remembered, about 2 MB; past it, the one who wrote first may write again. */
const WRITERS_MAX = 10_000;

/**
 * When each writer last wrote in a room with slow mode. What is remembered is the time, and not when the wait ends:
 * the interval may be changed meanwhile.
 */
export class SlowMode {
  /** The times of messages, in ms on the clock of `performance.now()`, in their order. */
  private readonly last = new Map<string, number>();

  /**
   * Counts a message.
   * @param seconds the room's interval now.
   * @returns the function that takes it back, if the message is not stored.
   * @throws {Refusal} 429, with when to try again, if the writer's last message is not that long ago.
   */
  count(room: string, writer: string, seconds: number): () => void {
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
