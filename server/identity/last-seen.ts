/** The writes that {@link LastSeen} makes. */
export interface LastSeenStore {
  /** Notes that a visitor is here. */
  recordVisit(visitor: string): Promise<void>;
  /** Notes that a session or token is used. */
  recordUse(credential: string): Promise<void>;
}

const DAY = 24 * 60 * 60 * 1_000;
/** The most writes under way at a time; a visit beyond them is recorded when the visitor comes again. */
const PENDING_MAX = 1_000;
/** How long nothing is tried after a write has failed, in ms. It also bounds the lines in the log. */
const PAUSE = 60_000;

/**
 * Records on which day visitors, sessions and tokens were seen last. Best effort, in the background: reading must work
 * while the disk is full or slow.
 */
export class LastSeen {
  private readonly pending = new Set<string>();
  private pausedUntil = 0;

  constructor(private readonly store: LastSeenStore) {}

  /** @param before when the visitor was seen last, in ms since 1970. */
  visitor(id: string, before: number): void {
    this.record(`visitor ${id}`, before, () => this.store.recordVisit(id));
  }

  /** @param before when the session or token was used last, in ms since 1970. */
  credential(id: string, before: number): void {
    this.record(`grant ${id}`, before, () => this.store.recordUse(id));
  }

  private record(key: string, before: number, write: () => Promise<void>): void {
    const now = Date.now();
    if (now - before <= DAY || now < this.pausedUntil) return;
    if (this.pending.has(key) || this.pending.size >= PENDING_MAX) return;
    this.pending.add(key);
    write()
      .catch((error: unknown) => {
        // All that were under way fail together: one line is enough.
        if (Date.now() < this.pausedUntil) return;
        this.pausedUntil = Date.now() + PAUSE;
        console.error(`When visitors were last seen can't be stored just now: ${String(error)}`);
      })
      .finally(() => this.pending.delete(key));
  }
}
