import { parseCursor } from '../../server/log/cursor';
import { ACTIONS } from './actions';
import { checkBounds } from './bounds';
import { cursorOf } from './checker';
import type { Violation } from './checker';
import { Environment, type LogClass } from './environment';
import type { Action, Scenario } from './scenario';

/** The most steps until nothing is due: a log that takes more never gets there. */
const MAX_QUIESCE_STEPS = 10_000;
/** How long it takes until every node has swept, in ms. */
const SWEEP_MS = 1_000;
/** The page size of the final read, in entries. */
const PAGE_SIZE = 200;

/** One run of a log through a scenario. The same log and scenario always make the same run. */
export class Simulation {
  private readonly environment: Environment;

  private constructor(
    LogUnderTest: LogClass,
    private readonly scenario: Scenario,
    trace: string[] | undefined,
  ) {
    this.environment = new Environment(LogUnderTest, scenario);
    this.environment.scheduler.trace = trace;
  }

  /**
   * Runs a scenario. Only one run is possible at a time, because it replaces the process's clock.
   * @param trace gets a line for each event.
   * @returns the first violation.
   */
  static async run(
    LogUnderTest: LogClass,
    scenario: Scenario,
    trace?: string[],
  ): Promise<Violation | undefined> {
    const simulation = new Simulation(LogUnderTest, scenario, trace);
    const { environment } = simulation;
    try {
      await simulation.runAll();
    } catch (error) {
      environment.checker.report('uncaught', (error as Error).stack ?? String(error));
    } finally {
      environment.close();
    }
    return environment.checker.violation;
  }

  private async runAll(): Promise<void> {
    const { environment, scenario } = this;
    const { checker, nodes, writers, rooms } = environment;
    const initial = Array.from({ length: scenario.initialEntries }, () => writers.createMessage(rooms[0]!));
    if (initial.length > 0) nodes[0]!.store.commitElsewhere(initial, 0);
    for (const action of scenario.actions) {
      await this.perform(action);
      checkBounds(environment);
      if (checker.violation) return;
    }
    await this.quiesce();
    for (const room of rooms) {
      writers.verify(room);
      await this.verifyByReading(room);
    }
    await this.closeLog();
  }

  private async perform([kind, selector, variant]: Action): Promise<void> {
    const { environment } = this;
    const { scheduler } = environment;
    if (kind === 'runNext') await scheduler.runNext(selector, variant);
    else if (kind === 'advanceToInterval') await scheduler.advanceToInterval();
    else if (kind === 'quiesce') await this.quiesce();
    else {
      const perform = (): void => ACTIONS[kind](environment, selector, variant);
      await scheduler.runStep(`${kind} ${selector} ${variant}`, perform);
    }
  }

  /** Runs everything that is due, without faults and new writes: then every reader is at the head (I8). */
  private async quiesce(): Promise<void> {
    const { environment } = this;
    const { nodes, scheduler, checker, readers, model, writers } = environment;
    scheduler.trace?.push('quiesce');
    await this.runAllDue();
    if (nodes.length > 1) {
      await this.sweep();
      await this.runAllDue();
    }
    if (checker.violation) return;
    for (const { isFollowing, name, room, cursor } of readers) {
      const head = model.cursorAt(room, model.room(room).entries.length);
      // A cursor without a hash, of an earlier version, begins like the one with it.
      const isAtHead = cursor === head || head.startsWith(`${cursor}:`);
      if (isFollowing && !isAtHead) {
        checker.report('I8', `${name} waits at ${cursor}, while the head of ${room} is ${head}`);
      }
    }
    for (const [room, followers] of nodes.flatMap(({ log }) => [...log['rooms']])) {
      if (followers['all'].size === 0) checker.report('I9', `${room} is in memory without followers`);
    }
    const unanswered = environment.pendingReads + writers.pendingWrites;
    if (unanswered > 0) checker.report('I8', `${unanswered} requests are never answered`);
  }

  private async runAllDue(): Promise<void> {
    const { scheduler, checker } = this.environment;
    for (let steps = 0; await scheduler.runNext(); steps += 1) {
      checkBounds(this.environment);
      if (checker.violation) return;
      if (steps === MAX_QUIESCE_STEPS) return checker.report('I8', `something is due after ${steps} steps`);
    }
  }

  /** Lets every node sweep: the clocks of all of them tick within a second. */
  private async sweep(): Promise<void> {
    const { scheduler } = this.environment;
    const end = scheduler.now + SWEEP_MS;
    while (scheduler.now < end && (await scheduler.advanceToInterval()));
  }

  /** Reads a room from its beginning, page by page, and compares it with the model. */
  private async verifyByReading(room: string): Promise<void> {
    const { environment } = this;
    const { checker, model, rooms, scheduler } = environment;
    const { log } = environment.node(rooms.indexOf(room));
    let position = parseCursor(model.cursorAt(room, model.room(room).earliest));
    for (let hasMore = true; hasMore;) {
      const read = checker.startRead(room, position);
      hasMore = false;
      await scheduler.runStep(`read all of ${room}`, () =>
        environment.handleRead(log.after(room, cursorOf(position), PAGE_SIZE), (result) => {
          position = checker.checkForward('the final read', read, result);
          hasMore = result.type === 'page' && result.more;
        }),
      );
      await this.quiesce();
    }
    const { entries } = model.room(room);
    if (position.seq !== entries.length) {
      checker.report('I1', `the final read ends at ${position.seq} of ${entries.length}`);
    }
  }

  /** Closes the log: it must answer the write in flight, and end every reader. */
  private async closeLog(): Promise<void> {
    const { environment } = this;
    const { nodes, checker, scheduler, readers, writers, rooms } = environment;
    await scheduler.runStep('close', () => {
      writers.send(writers.createMessage(rooms[0]!));
      for (const { log } of nodes) environment.handleRead(log.close(), () => undefined);
    });
    await this.quiesce();
    if (readers.some(({ isFollowing }) => isFollowing)) {
      checker.report('close', 'a reader has not been ended');
    }
    for (const { log } of nodes) {
      if (log['rooms'].size > 0) checker.report('I9', 'rooms are in memory after the log has closed');
      if (log['budget'].bytes !== 0) {
        checker.report('I9', `${log['budget'].bytes} bytes are cached after the log has closed`);
      }
    }
  }
}
