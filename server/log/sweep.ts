import type { Followers } from './followers';
import type { HeadMark } from './store';

/** How often the heads of the followed rooms are compared, in ms. */
const SWEEP_INTERVAL = 500;

/**
 * Compares the followed rooms of a shared store with what their followers have, all of them in one query: a bell that
 * was lost costs their readers half a second, and nothing else.
 */
export class Sweep {
  private readonly timer: NodeJS.Timeout;
  private isRunning = false;
  private isFailing = false;

  constructor(
    private readonly heads: (rooms: readonly string[]) => Promise<Map<string, HeadMark>>,
    private readonly rooms: ReadonlyMap<string, Followers>,
  ) {
    this.timer = setInterval(() => void this.run(), SWEEP_INTERVAL);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** One that takes longer than the interval delays the next one. */
  private async run(): Promise<void> {
    const asked = [...this.rooms].filter(([, followers]) => followers.isWaiting);
    if (this.isRunning || asked.length === 0) return;
    this.isRunning = true;
    try {
      const times = asked.map(([, { tail }]) => tail.ask());
      const marks = await this.heads(asked.map(([room]) => room));
      this.isFailing = false;
      asked.forEach(([room, followers], i) => followers.compare(marks.get(room)!, times[i]!));
    } catch (error) {
      if (!this.isFailing) console.error('The heads of the rooms could not be read; trying again:', error);
      this.isFailing = true;
    } finally {
      this.isRunning = false;
    }
  }
}
