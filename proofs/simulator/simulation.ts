import { formatCursor } from '../../server/log/cursor';
import { checkBounds } from './bounds';
import { MOVES } from './moves';
import type { Move, Scenario } from './scenario';
import { World, type LogClass } from './world';

/** The most steps to come to rest: a log that needs more never does. */
const STEPS = 10_000;

/** One run of a log through a scenario. The same log and the same scenario always make the same run. */
export class Simulation {
  private readonly world: World;

  private constructor(
    LogUnderTest: LogClass,
    private readonly scenario: Scenario,
    trace: string[] | undefined,
  ) {
    this.world = new World(LogUnderTest, scenario.rooms, scenario.kept, scenario.memory);
    this.world.scheduler.trace = trace;
  }

  /**
   * Runs a scenario; only one at a time, since it owns the process's clock.
   * @param trace gets a line for each thing that happens.
   * @returns what was found wrong first, if anything.
   */
  static async run(
    LogUnderTest: LogClass,
    scenario: Scenario,
    trace?: string[],
  ): Promise<string | undefined> {
    const simulation = new Simulation(LogUnderTest, scenario, trace);
    const { world } = simulation;
    try {
      await simulation.play();
    } catch (error) {
      // The log has thrown where nobody could have caught it.
      world.observer.find('uncaught', (error as Error).stack ?? String(error));
    } finally {
      world.close();
    }
    return world.observer.finding;
  }

  private async play(): Promise<void> {
    const { world, scenario } = this;
    const { observer, store, writers, rooms } = world;
    const history = Array.from({ length: scenario.history }, () => writers.draft(rooms[0]!, ''));
    if (history.length > 0) store.commitElsewhere(history, 0);
    for (const move of scenario.moves) {
      await this.move(move);
      checkBounds(world);
      if (observer.finding) return;
    }
    await this.rest();
    for (const room of rooms) {
      writers.settle(room);
      await this.readThrough(room);
    }
    await this.end();
  }

  private async move([kind, which, how]: Move): Promise<void> {
    const { scheduler } = this.world;
    if (kind === 'happen') await scheduler.next(which, how);
    else if (kind === 'tick') await scheduler.tick();
    else if (kind === 'rest') await this.rest();
    else await scheduler.make(`${kind} ${which} ${how}`, () => MOVES[kind](this.world, which, how));
  }

  /** Lets everything happen that is due, without faults and new writes: then every reader is at the head (I8). */
  private async rest(): Promise<void> {
    const { log, scheduler, observer, readers, store, writers } = this.world;
    scheduler.trace?.push('rest');
    for (let steps = 0; await scheduler.next(); steps += 1) {
      checkBounds(this.world);
      if (observer.finding) return;
      if (steps === STEPS) return observer.find('I8', 'it does not come to rest');
    }
    for (const { isFollowing, name, room, cursor } of readers) {
      const head = formatCursor(store.epoch, store.room(room).entries.length);
      if (isFollowing && cursor !== head)
        observer.find('I8', `${name} rests at ${cursor}, the head of ${room} is ${head}`);
    }
    for (const [room, followers] of log['rooms']) {
      if (followers['all'].size === 0) observer.find('I9', `${room} is kept for nobody`);
    }
    const unanswered = this.world.asking + writers.waiting;
    if (unanswered > 0) observer.find('I8', `${unanswered} questions are never answered`);
  }

  /** Reads a room from its beginning, page by page: it is what was committed. */
  private async readThrough(room: string): Promise<void> {
    const { world } = this;
    const { log, observer, store } = world;
    let { epoch, seq } = { epoch: store.epoch, seq: store.room(room).earliest };
    for (let more = true; more;) {
      const question = observer.ask(room, { epoch, seq });
      more = false;
      await world.scheduler.make(`read ${room} through`, () =>
        world.expect(log.after(room, formatCursor(epoch, seq), 200), (step) => {
          ({ epoch, seq } = observer.checkAfter('the last reader', question, step));
          more = step.type === 'page' && step.more;
        }),
      );
      await this.rest();
    }
    const { entries } = store.room(room);
    if (seq !== entries.length) observer.find('I1', `the last reader ends at ${seq} of ${entries.length}`);
  }

  /** Closes the log: what was taken in is answered, and every reader is told. */
  private async end(): Promise<void> {
    const { world } = this;
    const { log, observer, scheduler, readers, writers, rooms } = world;
    await scheduler.make('close', () => {
      writers.send(writers.draft(rooms[0]!, ''));
      world.expect(log.close(), () => undefined);
    });
    await this.rest();
    if (readers.some(({ isFollowing }) => isFollowing))
      observer.find('close', 'a reader was not told that the log has closed');
    if (log['rooms'].size > 0) observer.find('I9', 'rooms are kept after the end');
    if (log['budget'].bytes !== 0)
      observer.find('I9', `${log['budget'].bytes} bytes are counted after the end`);
  }
}
