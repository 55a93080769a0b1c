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

/**
 * The drafts that wait for a commit. All that arrive in one turn of the event loop, or while the last commit is under way,
 * are committed together: those of all rooms or, if the store commits rooms apart, those of each.
 */
export class AppendQueue {
  /** The drafts that wait, by their room if rooms are committed apart. The one that waits longest is first. */
  private readonly pending = new Map<string, Pending[]>();
  private size = 0;
  /** Whose commits are under way. */
  private readonly committing = new Set<string>();
  private isScheduled = false;
  private isClosed = false;
  private onIdle: () => void = () => undefined;
  private reportedAt = -Infinity;

  /** @param ring rings the bell of a room; `deleting` if something in it may have been erased. */
  constructor(
    private readonly store: Store,
    private readonly ring: (room: string, deleting: boolean) => void,
  ) {}

  /** Appends an entry; see `Log.append`. */
  append(draft: Draft): Promise<AppendResult> {
    if (this.isClosed) return Promise.reject(new Refusal('unavailable', 'restarting', RETRY_AFTER));
    if (this.size >= QUEUE_MAX) {
      return Promise.reject(new Refusal('unavailable', 'busy', RETRY_AFTER));
    }
    return new Promise((resolve, reject) => {
      const lane = this.store.parallelRooms === undefined ? '' : draft.room;
      const drafts = this.pending.get(lane);
      if (drafts) drafts.push({ draft, resolve, reject });
      else this.pending.set(lane, [{ draft, resolve, reject }]);
      this.size += 1;
      if (!this.isScheduled) setImmediate(() => this.start());
      this.isScheduled = true;
    });
  }

  /** Accepts no more drafts, and waits until the accepted ones are on the disk. */
  async close(): Promise<void> {
    this.isClosed = true;
    while (this.size > 0 || this.committing.size > 0)
      await new Promise<void>((resolve) => (this.onIdle = resolve));
  }

  /** Starts as many commits as may be under way at once. */
  private start(): void {
    this.isScheduled = false;
    for (const [lane, drafts] of this.pending) {
      if (this.committing.size >= (this.store.parallelRooms ?? 1)) return;
      if (this.committing.has(lane)) continue;
      const batch = drafts.splice(0, BATCH_MAX);
      this.pending.delete(lane);
      // The rest waits for its turn.
      if (drafts.length > 0) this.pending.set(lane, drafts);
      this.size -= batch.length;
      this.committing.add(lane);
      void this.commit(batch).then(() => {
        this.committing.delete(lane);
        this.start();
        if (this.committing.size === 0) this.onIdle();
      });
    }
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
      const refusal = new Refusal('unavailable', 'notStored', RETRY_AFTER);
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
      return new Refusal('id_taken', 'idTaken');
    case 'target_missing':
      return new Refusal('not_found', 'messageGone');
    case 'roles_changed':
      return new Refusal('conflict', 'rolesChanged');
  }
}
