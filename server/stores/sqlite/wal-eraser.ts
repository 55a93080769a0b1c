import type Database from 'better-sqlite3';

/** How long after a deletion its text may stay in the write-ahead log if nothing else reads that, in ms. */
const DELAY = 1_000;
/** The longest wait before another try while another process reads it, in ms. */
const BACKOFF_MAX = 10_000;
/** After how long without success the operator is told, in ms. */
const COMPLAIN_AFTER = 60_000;

/**
 * Empties the write-ahead log after deletions: the text of a deleted message is overwritten in the database at once,
 * but remains in older frames of that log. It can't be emptied while another process reads it, such as a backup; then
 * it is tried again, and no writer waits for it. The log that an earlier run left is emptied as well.
 */
export class WalEraser {
  private timer: NodeJS.Timeout | undefined;
  private since = 0;
  private delay = DELAY;
  private complained = false;

  constructor(private readonly db: Database.Database) {
    this.request();
  }

  /** Empties the log soon. */
  request(): void {
    if (this.timer) return;
    this.since = Date.now();
    this.delay = DELAY;
    this.schedule();
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private schedule(): void {
    this.timer = setTimeout(() => this.attempt(), this.delay).unref();
  }

  private attempt(): void {
    if (!this.empty()) {
      if (!this.complained && Date.now() - this.since >= COMPLAIN_AFTER) {
        this.complained = true;
        console.error(
          `The text of deleted messages is still in ${this.db.name}-wal: another process reads the database, or the disk is full. It is tried again.`,
        );
      }
      this.delay = Math.min(this.delay * 2, BACKOFF_MAX);
      return this.schedule();
    }
    this.timer = undefined;
    if (this.complained) console.error(`No text of deleted messages is left in ${this.db.name}-wal.`);
    this.complained = false;
  }

  /** @returns whether the log is empty now. */
  private empty(): boolean {
    // Nothing here waits for readers: the writers of this thread would wait as well.
    const timeout = this.db.pragma('busy_timeout', { simple: true }) as number;
    this.db.pragma('busy_timeout = 0');
    try {
      const [result] = this.db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
      return result?.busy === 0;
    } catch {
      return false;
    } finally {
      this.db.pragma(`busy_timeout = ${timeout}`);
    }
  }
}
