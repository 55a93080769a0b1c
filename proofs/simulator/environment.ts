import type { Log } from '../../server/log/log';
import { MemoryBudget } from '../../server/log/memory-budget';
import type { Draft } from '../../server/log/store';
import { Bells } from './bells';
import { Checker } from './checker';
import { LogModel } from './model';
import type { SimulatedReader } from './reader';
import type { Scenario } from './scenario';
import { Scheduler } from './scheduler';
import { SimulatedStore, STORE_FAILURE } from './store';
import { Writers } from './writers';

/** The class under test: the log, or a log with a mistake. */
export type LogClass = typeof Log;

/** One of the logs under test: they share what is stored, and nothing else. */
export interface Node {
  name: string;
  log: Log;
  store: SimulatedStore;
}

/** The logs under test, with their store, their readers and writers, and the checker. */
export class Environment {
  readonly scheduler = new Scheduler();
  readonly model = new LogModel();
  readonly checker = new Checker(this.scheduler, this.model);
  readonly nodes: readonly Node[];
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
  constructor(LogUnderTest: LogClass, { nodes, rooms, cachedEntries, memoryBytes }: Scenario) {
    this.uninstall = this.scheduler.install();
    this.cachedEntries = cachedEntries;
    const bells = new Bells(this.scheduler);
    this.nodes = Array.from({ length: nodes }, (_, i) => {
      const store = new SimulatedStore(this.scheduler, this.model, bells, nodes > 1);
      const log = new LogUnderTest(store, cachedEntries);
      // The default budget is too large for a run to exhaust.
      Object.assign(log, { budget: new MemoryBudget(memoryBytes) });
      return { name: `node ${i + 1}`, log, store };
    });
    this.rooms = Array.from({ length: rooms }, (_, i) => `room${i + 1}`);
    // A draft that is sent again may reach another node.
    const append = (draft: Draft) => this.node(this.scheduler.step).log.append(draft);
    this.writers = new Writers(append, this.scheduler, this.model, this.checker);
  }

  /** Returns a node. @param selector picks which one. */
  node(selector: number): Node {
    return this.nodes[selector % this.nodes.length]!;
  }

  /** Returns the readers that follow a room on a node now. */
  followersOf(room: string, node: Node): SimulatedReader[] {
    return this.readers.filter(
      (reader) => reader.isFollowing && reader.room === room && reader.node === node,
    );
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
