import { setTimeout as pause } from 'node:timers/promises';
import { readAll } from '../../__tests__/support/http';
import { anyBadCursor, tryBadCursor } from './bad-cursors';
import type { Build } from './build';
import { Tally } from './counters';
import { World } from './deployment';
import { Faults } from './faults';
import { Findings } from './findings';
import { History } from './observed-log';
import { Place } from './position';
import { Dice } from './random-source';
import { Reader } from './reader';
import type { ReadName, WriteName } from './transports/all';
import { Ledger } from './write-outcomes';
import { Writer, type Desk } from './writer';

/** The rooms that are written and read: two, so that readers can go from one to the other on one connection. */
const ROOMS = ['lobby', 'kitchen'];
/** How far readers may fall behind on average before writers wait for them, in messages. */
const BEHIND = 4_000;
/** How long readers may take to come to the end once nothing goes wrong any more, in ms. */
const CATCH_UP = 120_000;

/** What a run is asked for. */
export interface Plan {
  seed: number;
  deliveries: number;
  minutes: number;
  readers: number;
  writers: number;
  reads: readonly ReadName[];
  writes: readonly WriteName[];
}

/** A run of writers, readers and faults at random, whose decisions follow from its seed. */
export class RandomRun {
  readonly findings = new Findings();
  readonly tally = new Tally();
  readonly ledger = new Ledger(this.findings);
  readonly begun = performance.now();
  private readonly histories = ROOMS.map((room) => new History(room, this.findings));
  private readers: Reader[] = [];
  private world: World | undefined;

  constructor(private readonly plan: Plan) {}

  /** Runs, and settles all accounts at the end. @throws {Error} if the server can't be started. */
  async run(build: Build): Promise<void> {
    const { plan, tally, findings } = this;
    const dice = new Dice(plan.seed, 'run');
    const world = (this.world = await World.open(build, dice, findings));
    try {
      const desk: Desk = {
        rooms: ROOMS,
        ledger: this.ledger,
        again: [],
        lately: [],
        more: () => this.pressing,
      };
      this.readers = Array.from({ length: plan.readers }, (_, i) => this.reader(`reader ${i}`, world));
      const writers = Array.from(
        { length: plan.writers },
        (_, i) => new Writer(desk, plan.writes, new Dice(plan.seed, `writer ${i}`), world, tally, findings),
      );
      const faults = new Faults(world, plan.seed, tally, {
        'bad cursor': { weight: 3, strike: () => this.badCursor(world, dice) },
        'burst of readers': { weight: 3, strike: () => void this.burst(world, dice) },
      });
      const reading = this.readers.map((reader) => reader.run());
      const writing = writers.map((writer) => writer.run());
      const failing = faults.run();

      while (!(this.written && faults.complete) && this.seconds < plan.minutes * 60) await pause(200);
      writers.forEach((writer) => writer.stop());
      faults.stop();
      await Promise.all([...writing, failing]);
      await this.settle(world);
      this.readers.forEach((reader) => reader.stop());
      await Promise.all(reading);
    } finally {
      await world.close();
    }
  }

  get seconds(): number {
    return (performance.now() - this.begun) / 1_000;
  }

  /** How many messages readers have not seen yet, all together. */
  get behind(): number {
    return this.readers.reduce((sum, reader) => sum + reader.behind, 0);
  }

  /** The longest that a start of the server took, in ms. */
  get slowestStart(): number {
    return this.world?.slowest ?? 0;
  }

  /** Whether what was written will have made enough deliveries. */
  private get written(): boolean {
    return this.tally.deliveries + this.behind >= this.plan.deliveries;
  }

  private get pressing(): boolean {
    return this.behind < BEHIND * this.plan.readers;
  }

  private reader(
    name: string,
    world: World,
    begin: (history: History) => 'earliest' | { cursor: string } = () => 'earliest',
  ) {
    const places = this.histories.map((history) => new Place(name, history, this.findings, begin(history)));
    const dice = new Dice(this.plan.seed, name);
    return new Reader(places, this.plan.reads, dice, world, this.tally, this.findings);
  }

  /** Readers that come all at once, in the middle of the history, and go soon. */
  private async burst(world: World, dice: Dice): Promise<void> {
    if (this.histories.some(({ head }) => head === 0)) return;
    const inside = (history: History) => ({ cursor: history.cursor(dice.below(history.head)) });
    const guests = Array.from({ length: 5 + dice.below(15) }, (_, i) =>
      this.reader(`guest ${i}`, world, inside),
    );
    const reading = guests.map((guest) => guest.run());
    await pause(dice.between(300, 2_000));
    guests.forEach((guest) => guest.stop());
    await Promise.all(reading);
  }

  private async badCursor(world: World, dice: Dice): Promise<void> {
    const history = dice.pick(this.histories);
    if (history.head === 0) return;
    const way = dice.pick(this.plan.reads);
    await tryBadCursor(world.server.url, way, anyBadCursor(dice), history, this.findings);
  }

  /** Reads everything, after one more crash, and holds against it what writers were told and readers saw. */
  private async settle(world: World): Promise<void> {
    await world.restart('SIGKILL');
    for (const history of this.histories) {
      const log = await readAll(world.server.url, history.room).catch(() => undefined);
      if (!log) {
        this.findings.add('loss', `${history.room} can not be read any more.`);
        continue;
      }
      log.forEach((entry) => history.see(entry, 'The log'));
      if (history.head > log.length) {
        this.findings.add(
          'stranger',
          `${history.room}:${history.head} was shown; the log ends at ${log.length}.`,
        );
      }
      this.ledger.settle(history.room, log);
    }
    // Where something is wrong already, some readers wait for what will never come.
    const patience = this.findings.total > 0 ? CATCH_UP / 20 : CATCH_UP;
    const late = performance.now() + patience;
    while (this.behind > 0 && performance.now() < late) await pause(100);
    if (this.behind > 0) {
      this.findings.add('loss', `${this.behind} messages did not reach their readers within ${patience} ms.`);
    }
  }
}
