import type Database from 'better-sqlite3';

/** The delay between a deletion and emptying the write-ahead log, in ms. */
const DELAY = 1_000;
/** The longest backoff while another process reads the log, in ms. */
const BACKOFF_MAX = 10_000;
/** How long it fails before the operator is warned, in ms. */
const WARN_AFTER = 60_000;

/**
 * Empties the write-ahead log after deletions: the text of a deleted message is overwritten in the database at once,
 * but remains in older frames of that log. While another process reads the log, such as a backup, emptying it is retried,
 * and no writer waits for it. The log of an earlier run is emptied as well.
 */
export class WalEraser {
  private timer: NodeJS.Timeout | undefined;
  private since = 0;
  private delay = DELAY;
  private hasWarned = false;

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
      if (!this.hasWarned && Date.now() - this.since >= WARN_AFTER) {
        this.hasWarned = true;
        console.error(
          `The text of deleted messages is still in ${this.db.name}-wal: another process reads the database, or the disk is full. Erasing it is retried.`,
        );
      }
      this.delay = Math.min(this.delay * 2, BACKOFF_MAX);
      return this.schedule();
    }
    this.timer = undefined;
    if (this.hasWarned) console.error(`No text of deleted messages is left in ${this.db.name}-wal.`);
    this.hasWarned = false;
  }

  /** @returns whether the log is empty now. */
  private empty(): boolean {
    // Do not wait for readers: the writers on this thread would wait as well.
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
