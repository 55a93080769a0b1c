import type { Entry, Reset } from '../wire';
import { ENTRY_BYTES_MAX, memoryOf } from './entry';
import type { MemoryBudget } from './memory-budget';
import type { Page } from './page';

/** How many encodings a page may have; each lives as long as the page. */
const ENCODINGS_MAX = 8;

/** Returns the most bytes that entries take up: in memory, and in each encoding. */
export function bytesOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, entry) => sum + memoryOf(entry), 0);
}

/** Pages of one room, shared by the readers at one position, so that each is read and encoded once. */
export class PageCache<Key> {
  private readonly pages = new Map<Key, Page | Reset>();
  private readonly reading = new Map<Key, Promise<Page | Reset>>();
  private isClosed = false;

  constructor(private readonly budget: MemoryBudget) {}

  /** Returns the page at a position, if it is cached. */
  get(key: Key): Page | Reset | undefined {
    const page = this.pages.get(key);
    if (page) this.budget.touch(page);
    return page;
  }

  /** Caches a page, while the budget has room for it and all its encodings. */
  set(key: Key, page: Page | Reset): void {
    if (this.isClosed) return;
    this.pages.set(key, page);
    const bytes = ENTRY_BYTES_MAX + (page.type === 'reset' ? ENTRY_BYTES_MAX : bytesOf(page.entries));
    this.budget.reserve(page, (1 + ENCODINGS_MAX) * bytes, () => this.pages.delete(key));
  }

  /** Returns the page at a position: from the cache, from a read that is under way, or from a new one. */
  async read(key: Key, make: () => Promise<Page | Reset>): Promise<Page | Reset> {
    const cached = this.get(key) ?? this.reading.get(key);
    if (cached) return cached;
    const reading = make();
    this.reading.set(key, reading);
    const isCurrent = () => this.reading.get(key) === reading;
    try {
      const page = await reading;
      // A page that ends at the head is incomplete after the next entry.
      if (isCurrent() && page.type === 'page' && page.more) this.set(key, page);
      return page;
    } finally {
      if (isCurrent()) this.reading.delete(key);
    }
  }

  /** Drops all pages, also those that are being read. */
  clear(): void {
    for (const page of this.pages.values()) this.budget.release(page);
    this.pages.clear();
    this.reading.clear();
  }

  /** Drops all pages, and caches no more: a read may still be under way for a reader that has left. */
  close(): void {
    this.isClosed = true;
    this.clear();
  }
}
