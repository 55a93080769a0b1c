/** The writes that {@link LastSeen} makes. */
export interface LastSeenStore {
  /** Stores that a visitor was here. @param at in ms since 1970. */
  recordVisit(visitor: string, at: number): Promise<void>;
  /** Stores that a session or token was used. @param at in ms since 1970. */
  recordUse(credential: string, at: number): Promise<void>;
}

const DAY = 24 * 60 * 60 * 1_000;
/** The most pending writes. A visit above it is recorded when the visitor returns. */
const PENDING_MAX = 1_000;
/** The pause after a failed write, in ms. It also bounds the log lines. */
const RETRY_DELAY = 60_000;

/**
 * Records the last day on which visitors, sessions and tokens were seen. Best effort, in the background: reading must
 * work even if the disk is full or slow.
 */
export class LastSeen {
  private readonly pending = new Set<string>();
  private pausedUntil = 0;

  constructor(private readonly store: LastSeenStore) {}

  /** Records a visit. @param lastSeen when the visitor was last seen, in ms since 1970. */
  recordVisit(id: string, lastSeen: number): void {
    this.record(`visitor ${id}`, lastSeen, (at) => this.store.recordVisit(id, at));
  }

  /** Records the use of a session or token. @param lastSeen when it was last used, in ms since 1970. */
  recordUse(id: string, lastSeen: number): void {
    this.record(`credential ${id}`, lastSeen, (at) => this.store.recordUse(id, at));
  }

  private record(key: string, lastSeen: number, write: (at: number) => Promise<void>): void {
    const now = Date.now();
    if (now - lastSeen <= DAY || now < this.pausedUntil) return;
    if (this.pending.has(key) || this.pending.size >= PENDING_MAX) return;
    this.pending.add(key);
    write(now)
      .catch((error: unknown) => {
        // All pending writes fail together: one line suffices.
        if (Date.now() < this.pausedUntil) return;
        this.pausedUntil = Date.now() + RETRY_DELAY;
        console.error(`The last visits could not be stored, and are retried in a minute: ${String(error)}`);
      })
      .finally(() => this.pending.delete(key));
  }
}
