import type { Draft } from './outbox.js';

/**
 * What is not sent yet, kept in the browser so that a reload doesn't lose it. Each message has a key of its own:
 * tabs of one room then never overwrite each other, and if two of them send the same, its id makes it one.
 */
export class Kept {
  private readonly prefix: string;

  constructor(room: string) {
    this.prefix = `parley:${room}:unsent:`;
  }

  /** All of them, oldest first. */
  all(): Draft[] {
    return quietly(() => {
      const keys = Object.keys(localStorage).filter((key) => key.startsWith(this.prefix));
      return keys
        .map((key) => JSON.parse(localStorage.getItem(key) ?? '') as Draft)
        .sort((a, b) => (a.at < b.at ? -1 : 1));
    }, []);
  }

  keep(draft: Draft): void {
    quietly(() => localStorage.setItem(this.prefix + draft.id, JSON.stringify(draft)), undefined);
  }

  forget(id: string): void {
    quietly(() => localStorage.removeItem(this.prefix + id), undefined);
  }
}

/** Storage may be full or forbidden; the page then does without. */
export function quietly<T>(use: () => T, otherwise: T): T {
  try {
    return use();
  } catch {
    return otherwise;
  }
}
