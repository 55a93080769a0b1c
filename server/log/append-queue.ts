import { Refusal, RETRY_AFTER } from '../refusal';
import { isErasing } from './entry';
import type { AppendResult, Conflict, Draft, Store } from './store';

/** The most drafts of one transaction: each of its writers waits for all of it. */
const BATCH_MAX = 1024;
/** The most drafts that may wait for a commit: 64 MB, if all of them are as long as they may be. */
const QUEUE_MAX = 8_192;
/** The shortest time between two reports of failed commits, in ms: when the disk is full, every commit fails. */
const REPORT_INTERVAL = 1_000;

interface Pending {
  draft: Draft;
  resolve: (appended: AppendResult) => void;
  reject: (error: Error) => void;
}

/** The drafts that wait for a commit. All that arrive in one turn of the event loop are committed together. */
export class AppendQueue {
  private pending: Pending[] = [];
  private flushing: Promise<void> | undefined;
  private isClosed = false;
  private reportedAt = -Infinity;

  /** @param ring rings the bell of a room; `deleting` if something in it may have been erased. */
  constructor(
    private readonly store: Store,
    private readonly ring: (room: string, deleting: boolean) => void,
  ) {}

  /** Appends an entry; see `Log.append`. */
  append(draft: Draft): Promise<AppendResult> {
    if (this.isClosed)
      return Promise.reject(new Refusal('unavailable', 'The server is restarting. Try again.', RETRY_AFTER));
    if (this.pending.length >= QUEUE_MAX) {
      return Promise.reject(
        new Refusal('unavailable', 'The server is too busy to store that now. Try again.', RETRY_AFTER),
      );
    }
    return new Promise((resolve, reject) => {
      this.pending.push({ draft, resolve, reject });
      this.flushing ??= new Promise(setImmediate).then(() => this.flush());
    });
  }

  /** Accepts no more drafts, and waits until the accepted ones are on the disk. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.flushing;
  }

  private async flush(): Promise<void> {
    // The next commit starts before the last one is acknowledged.
    while (this.pending.length > 0) await this.commit(this.pending.splice(0, BATCH_MAX));
    this.flushing = undefined;
  }

  private async commit(batch: readonly Pending[]): Promise<void> {
    try {
      const results = await this.store.append(
        batch.map(({ draft }) => draft),
        new Date(),
      );
      batch.forEach(({ resolve, reject }, i) => {
        const result = results[i]!;
        if (typeof result === 'object') resolve(result);
        else reject(refusalOf(result));
      });
    } catch (error) {
      // A store that refuses for a moment has logged why.
      if (!(error instanceof Refusal)) this.reportFailure(error);
      const sentence = 'The message could not be stored just now. Try again.';
      const refusal = new Refusal('unavailable', sentence, RETRY_AFTER);
      batch.forEach(({ reject }) => reject(refusal));
    } finally {
      // In the same turn, so that no writer learns of the outcome before the readers of the room do.
      this.ringBells(batch);
    }
  }

  /**
   * Rings the bell of every room of a batch, whether or not the commit succeeded: one that failed may have reached the
   * disk all the same, and an entry that was there already may not have been announced.
   */
  private ringBells(batch: readonly Pending[]): void {
    const rooms = new Map<string, boolean>();
    for (const { draft } of batch) rooms.set(draft.room, rooms.get(draft.room) || isErasing(draft));
    rooms.forEach((deleting, room) => this.ring(room, deleting));
  }

  private reportFailure(error: unknown): void {
    const now = performance.now();
    if (now - this.reportedAt < REPORT_INTERVAL) return;
    this.reportedAt = now;
    console.error(`Nothing can be stored just now: ${String(error)}`);
  }
}

/** Returns the refusal for the writer of a conflicting draft. */
function refusalOf(conflict: Conflict): Refusal {
  switch (conflict) {
    case 'id_taken':
      return new Refusal('id_taken', 'This id belongs to another message already.');
    case 'target_missing':
      return new Refusal('not_found', 'There is no such message any more.');
    case 'roles_changed':
      return new Refusal('conflict', 'The roles have changed. Try again.');
  }
}
