import type { Log } from '../../server/log/log';
import { MemoryBudget } from '../../server/log/memory-budget';
import { Observer } from './observer';
import type { SimulatedReader } from './reader';
import { Scheduler } from './scheduler';
import { FAILURE, ModelStore } from './store';
import { Writers } from './writers';

/** The class that is tried: the log as it is, or with a mistake. */
export type LogClass = typeof Log;

/** A log, and everybody around it. */
export class World {
  readonly scheduler = new Scheduler();
  readonly store = new ModelStore(this.scheduler);
  readonly observer = new Observer(this.scheduler, this.store);
  readonly log: Log;
  readonly writers: Writers;
  readonly rooms: readonly string[];
  /** Everybody who has followed a room. */
  readonly readers: SimulatedReader[] = [];
  /** How many questions have no answer yet. */
  asking = 0;
  private readonly uninstall: () => void;

  /** Takes over the process's clock, until {@link close}. */
  constructor(
    LogUnderTest: LogClass,
    roomCount: number,
    /** How many of the newest entries of each room the log keeps. */
    readonly kept: number,
    /** How many bytes it keeps of all rooms. */
    memory: number,
  ) {
    this.uninstall = this.scheduler.install();
    this.log = new LogUnderTest(this.store, kept);
    // As much as a server has would hardly ever be used up.
    Object.assign(this.log, { budget: new MemoryBudget(memory) });
    this.rooms = Array.from({ length: roomCount }, (_, i) => `room${i + 1}`);
    this.writers = new Writers((draft) => this.log.append(draft), this.scheduler, this.store, this.observer);
  }

  /** Those who follow a room now. */
  followersOf(room: string): SimulatedReader[] {
    return this.readers.filter((reader) => reader.isFollowing && reader.room === room);
  }

  /** Waits for an answer that has to come, be it a refusal. */
  expect<T>(answer: Promise<T>, then: (value: T) => void): void {
    this.asking += 1;
    answer
      .then(then)
      .catch((error: unknown) => {
        if (error !== FAILURE) this.observer.find('answer', String(error));
      })
      .finally(() => (this.asking -= 1));
  }

  close(): void {
    this.uninstall();
  }
}
