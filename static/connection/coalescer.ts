/** The shortest time between two deliveries, in milliseconds. */
const INTERVAL = 40;
/** The most items that wait: the timers of a hidden tab run once a minute. */
const MAX_WAITING = 500;

/**
 * Delivers single items at once and bursts in groups, so that a page that catches up on thousands of messages is laid
 * out a few times instead of thousands.
 */
export class Coalescer<T> {
  private items: T[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly deliver: (items: T[]) => void) {}

  /** Adds items, which are delivered in order. */
  add(items: T[]): void {
    this.items.push(...items);
    if (this.timer === undefined || this.items.length >= MAX_WAITING) this.flush();
  }

  /** Drops the items that were not delivered yet. */
  clear(): void {
    this.items = [];
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.items.length === 0) return;
    this.timer = setTimeout(() => this.flush(), INTERVAL);
    const { items } = this;
    this.items = [];
    this.deliver(items);
  }
}
