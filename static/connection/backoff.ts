/** Exponential backoff with jitter. */
export class Backoff {
  private attempts = 0;

  /**
   * @param first the first delay, in milliseconds.
   * @param max the longest delay, in milliseconds.
   */
  constructor(
    private readonly first = 500,
    private readonly max = 15_000,
  ) {}

  /** Returns the next delay, in milliseconds. Half of it is random, so that pages don't reconnect in step. */
  next(): number {
    const delay = Math.min(this.max, this.first * 2 ** this.attempts++);
    return delay / 2 + (Math.random() * delay) / 2;
  }

  /** Starts again with the first delay. */
  reset(): void {
    this.attempts = 0;
  }
}
