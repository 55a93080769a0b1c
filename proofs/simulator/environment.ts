import type { Log } from '../../server/log/log';
import { MemoryBudget } from '../../server/log/memory-budget';
import { Checker } from './checker';
import { LogModel } from './model';
import type { SimulatedReader } from './reader';
import type { Scenario } from './scenario';
import { Scheduler } from './scheduler';
import { SimulatedStore, STORE_FAILURE } from './store';
import { Writers } from './writers';

/** The class under test: the log, or a log with a mistake. */
export type LogClass = typeof Log;

/** The log under test, with its store, its readers and writers, and the checker. */
export class Environment {
  readonly scheduler = new Scheduler();
  readonly model = new LogModel();
  readonly store = new SimulatedStore(this.scheduler, this.model);
  readonly checker = new Checker(this.scheduler, this.model);
  readonly log: Log;
  readonly writers: Writers;
  readonly rooms: readonly string[];
  /** How many of the newest entries of each room the log caches. */
  readonly cachedEntries: number;
  /** All readers that have followed a room; one that rejoins replaces its predecessor. */
  readonly readers: SimulatedReader[] = [];
  /** How many reads have no answer yet. */
  pendingReads = 0;
  private readonly uninstall: () => void;

  /** Replaces the process's clock, until {@link close}. */
  constructor(LogUnderTest: LogClass, { rooms, cachedEntries, memoryBytes }: Scenario) {
    this.uninstall = this.scheduler.install();
    this.cachedEntries = cachedEntries;
    this.log = new LogUnderTest(this.store, cachedEntries);
    // The default budget is too large for a run to exhaust.
    Object.assign(this.log, { budget: new MemoryBudget(memoryBytes) });
    this.rooms = Array.from({ length: rooms }, (_, i) => `room${i + 1}`);
    this.writers = new Writers((draft) => this.log.append(draft), this.scheduler, this.model, this.checker);
  }

  /** Returns the readers that follow a room now. */
  followersOf(room: string): SimulatedReader[] {
    return this.readers.filter((reader) => reader.isFollowing && reader.room === room);
  }

  /** Handles the result of a read, which may fail only if the store fails. */
  handleRead<T>(read: Promise<T>, onResult: (result: T) => void): void {
    this.pendingReads += 1;
    read
      .then(onResult)
      .catch((error: unknown) => {
        if (error !== STORE_FAILURE) this.checker.report('read', String(error));
      })
      .finally(() => (this.pendingReads -= 1));
  }

  close(): void {
    this.uninstall();
  }
}
