/** The writes that {@link LastSeen} makes. */
export interface LastSeenStore {
  /** Stores that a visitor was here. @param at in ms since 1970. */
  recordVisit(visitor: string, at: number): Promise<void>;
  /** Stores that a session or token was used. @param at in ms since 1970. */
  recordUse(credential: string, at: number): Promise<void>;
}

const DAY = 24 * 60 * 60 * 1_000;
/** The most writes under way at a time. A visit beyond that is recorded when the visitor returns. */
const PENDING_MAX = 1_000;
/** How long no write is tried after one has failed, in ms. It also bounds the lines on stderr. */
const RETRY_DELAY = 60_000;

/**
 * Records on which day visitors, sessions and tokens were last seen. Best effort, in the background: reading must work
 * while the disk is full or slow.
 */
export class LastSeen {
  private readonly pending = new Set<string>();
  private pausedUntil = 0;

  constructor(private readonly store: LastSeenStore) {}

  /** Records a visit. @param before when the visitor was last seen, in ms since 1970. */
  visitor(id: string, before: number): void {
    this.record(`visitor ${id}`, before, (at) => this.store.recordVisit(id, at));
  }

  /** Records the use of a session or token. @param before when it was last used, in ms since 1970. */
  credential(id: string, before: number): void {
    this.record(`credential ${id}`, before, (at) => this.store.recordUse(id, at));
  }

  private record(key: string, before: number, write: (at: number) => Promise<void>): void {
    const now = Date.now();
    if (now - before <= DAY || now < this.pausedUntil) return;
    if (this.pending.has(key) || this.pending.size >= PENDING_MAX) return;
    this.pending.add(key);
    write(now)
      .catch((error: unknown) => {
        // All writes under way fail together: one line is enough.
        if (Date.now() < this.pausedUntil) return;
        this.pausedUntil = Date.now() + RETRY_DELAY;
        console.error(`The last visits could not be stored, and are retried in a minute: ${String(error)}`);
      })
      .finally(() => this.pending.delete(key));
  }
}
