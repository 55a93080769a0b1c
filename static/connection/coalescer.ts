/** How often a page shows what streams in, in milliseconds. */
const EVERY = 40;
/** How many things wait at most: a hidden tab's timers run once a minute. */
const FULL = 500;

/**
 * Hands things on at once while they come singly, and in batches while they pour: a page that comes back to thousands
 * of messages then lays itself out a few times instead of thousands.
 */
export class Coalescer<T> {
  private items: T[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly handle: (batch: T[]) => void) {}

  add(things: T[]): void {
    this.items.push(...things);
    if (this.timer === undefined || this.items.length >= FULL) this.flush();
  }

  /** Forgets what was not handed on yet. */
  clear(): void {
    this.items = [];
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.items.length === 0) return;
    this.timer = setTimeout(() => this.flush(), EVERY);
    const batch = this.items;
    this.items = [];
    this.handle(batch);
  }
}
