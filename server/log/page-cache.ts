import type { Entry, Reset } from '../wire';
import { ENTRY_SIZE, memoryOf } from './entry';
import type { MemoryBudget } from './memory-budget';
import type { Page } from './page';

/** The ways in which a page may be encoded; each encoding lives as long as the page. */
const ENCODINGS = 6;
/** Returns the most bytes that entries take up: in memory, and in each encoding. */
export function bytesOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, entry) => sum + memoryOf(entry), 0);
}

/** Pages of one room that are shared by the readers at one place, so that each is read and encoded once. */
export class PageCache {
  private readonly pages = new Map<number, Page | Reset>();
  private readonly reading = new Map<number, Promise<Page | Reset>>();
  private closed = false;

  constructor(private readonly budget: MemoryBudget) {}

  /** The page after a seq, if it is kept. */
  get(seq: number): Page | Reset | undefined {
    const page = this.pages.get(seq);
    if (page) this.budget.touch(page);
    return page;
  }

  /** Keeps a page, while the budget has room for it and every encoding of it. */
  keep(seq: number, page: Page | Reset): void {
    if (this.closed) return;
    this.pages.set(seq, page);
    const bytes = ENTRY_SIZE + (page.type === 'reset' ? ENTRY_SIZE : bytesOf(page.entries));
    this.budget.reserve(page, (1 + ENCODINGS) * bytes, () => this.pages.delete(seq));
  }

  /** The page after a seq: kept, or just being read for another reader, or read now. */
  async read(seq: number, make: () => Promise<Page | Reset>): Promise<Page | Reset> {
    const known = this.get(seq) ?? this.reading.get(seq);
    if (known) return known;
    const reading = make();
    this.reading.set(seq, reading);
    const isCurrent = () => this.reading.get(seq) === reading;
    try {
      const page = await reading;
      // One that ends at the head is outgrown by the next entry.
      if (isCurrent() && page.type === 'page' && page.more) this.keep(seq, page);
      return page;
    } finally {
      if (isCurrent()) this.reading.delete(seq);
    }
  }

  /** Forgets all of them, also those that are being read. */
  clear(): void {
    for (const page of this.pages.values()) this.budget.release(page);
    this.pages.clear();
    this.reading.clear();
  }

  /** Forgets all of them, and keeps none that is still asked for by somebody who was about to leave. */
  close(): void {
    this.closed = true;
    this.clear();
  }
}
