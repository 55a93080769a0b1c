/** How long to wait before the next try: longer each time, and never in step with everybody else. */
export class Backoff {
  private tries = 0;

  /** @param most the longest wait, in milliseconds. */
  constructor(
    private readonly first = 500,
    private readonly most = 15_000,
  ) {}

  /** The next wait, in milliseconds; a random half of it keeps pages from coming back all at once. */
  next(): number {
    const wait = Math.min(this.most, this.first * 2 ** this.tries++);
    return wait / 2 + (Math.random() * wait) / 2;
  }

  /** It worked: begin with short waits again. */
  reset(): void {
    this.tries = 0;
  }
}
