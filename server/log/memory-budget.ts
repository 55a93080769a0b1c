/** Bounds the memory of several caches together: beyond the limit, the least recently used item is dropped. */
export class MemoryBudget {
  /** The items in the order of their last use. */
  private readonly held = new Map<object, { bytes: number; drop: () => void }>();
  private used = 0;

  /** @param limit in bytes. */
  constructor(private readonly limit: number) {}

  /** How many bytes are held. */
  get bytes(): number {
    return this.used;
  }

  /**
   * Counts an item, or counts it again with another size, as used just now.
   * @param drop removes it from its cache; it is not counted any more by then.
   */
  reserve(item: object, bytes: number, drop: () => void): void {
    this.release(item);
    this.held.set(item, { bytes, drop });
    this.used += bytes;
    for (const [oldest, held] of this.held) {
      if (this.used <= this.limit) return;
      this.release(oldest);
      held.drop();
    }
  }

  /** Marks an item as used just now. */
  touch(item: object): void {
    const held = this.held.get(item);
    if (!held) return;
    this.held.delete(item);
    this.held.set(item, held);
  }

  /** Stops counting an item. */
  release(item: object): void {
    this.used -= this.held.get(item)?.bytes ?? 0;
    this.held.delete(item);
  }
}
