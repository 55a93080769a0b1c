import { Refusal } from '../refusal';

/** The longest interval of slow mode, in s: an hour. */
export const SLOW_MAX = 3_600;

/** Stores the time of each writer's last message in a room with slow mode, in ms since 1970. */
export interface SlowModeStore {
  /**
   * Records a message.
   * @param interval the shortest time between two messages, in ms.
   * @param forgetBefore older times are removed.
   * @returns `too_soon` if the writer's last message is not as old.
   */
  recordMessage(
    room: string,
    writer: string,
    at: number,
    interval: number,
    forgetBefore: number,
  ): Promise<'done' | 'too_soon'>;
  /** Returns the time of a writer's last message. */
  lastMessage(room: string, writer: string): Promise<number | undefined>;
  /** Removes the record of a message. */
  forgetMessage(room: string, writer: string, at: number): Promise<void>;
}

/**
 * Limits how often each writer may write in rooms with slow mode. The store decides, so that it holds for all processes
 * together. It stores the times of messages rather than the ends of waits, since the interval may change.
 */
export class SlowMode {
  constructor(private readonly store: SlowModeStore) {}

  /**
   * Counts a message.
   * @param seconds the room's current interval.
   * @returns the function that undoes the count, for a message that was not stored.
   * @throws {Refusal} `slow_mode`, with when to try again.
   */
  async count(room: string, writer: string, seconds: number): Promise<() => Promise<void>> {
    const now = Date.now();
    const interval = seconds * 1_000;
    const outcome = await this.store.recordMessage(room, writer, now, interval, now - SLOW_MAX * 1_000);
    if (outcome === 'done') return () => this.undo(room, writer, now);
    const last = (await this.store.lastMessage(room, writer)) ?? now - interval;
    // The clock may have been set back since the last message.
    const wait = Math.min(Math.max(Math.ceil((last + interval - now) / 1_000), 1), seconds);
    throw new Refusal('slow_mode', ['slowMode', seconds, wait], wait);
  }

  private async undo(room: string, writer: string, at: number): Promise<void> {
    try {
      await this.store.forgetMessage(room, writer, at);
    } catch (error) {
      console.error('A message that was not stored counts towards slow mode:', error);
    }
  }
}
