/** An asynchronous queue of items that arrive by events. */
export class Queue<T> {
  private readonly items: T[] = [];
  private wake: () => void = () => undefined;

  push(...items: T[]): void {
    this.items.push(...items);
    this.wake();
  }

  get isEmpty(): boolean {
    return this.items.length === 0;
  }

  /** Returns the next item, once there is one. */
  async next(): Promise<T> {
    while (this.items.length === 0) await new Promise<void>((resolve) => (this.wake = resolve));
    return this.items.shift()!;
  }
}
