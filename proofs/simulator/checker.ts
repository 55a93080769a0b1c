import { isDeepStrictEqual } from 'node:util';
import { kindOf } from '../../server/entry-kinds';
import { parseCursor, type Position } from '../../server/log/cursor';
import { isErased } from '../../server/log/entry';
import type { Page } from '../../server/log/page';
import type { Entry, Reset } from '../../server/wire';
import { INVARIANTS } from '../invariants';
import type { LogModel } from './model';
import type { Scheduler } from './scheduler';

/** The properties that are checked: the invariants, and the contract of the log's methods. */
export const PROPERTIES = {
  ...INVARIANTS,
  read: 'A read fails only if the store fails.',
  page: 'A page has at most as many entries as requested; a page of history has only entries of kinds in history.',
  reader: 'A reader gets one page at a time, and none after it has left.',
  close: 'A log that closes ends all readers.',
  uncaught: 'The log throws no error that its callers cannot catch.',
} as const;

export type Property = keyof typeof PROPERTIES;

/** A property that did not hold in a run. */
export interface Violation {
  property: Property;
  message: string;
  /** The step in which it was detected. */
  step: number;
}

/** A read that has started. */
export interface StartedRead {
  room: string;
  position: Position;
  /** The step in which it started, and the room's head then. */
  step: number;
  head: number;
}

/** Compares everything that the log returns with the model, and stores the first violation. */
export class Checker {
  violation: Violation | undefined;
  /** The step in which the deletion of a message was acknowledged, by the id of the message. */
  private readonly deletionSteps = new Map<string, number>();

  constructor(
    private readonly scheduler: Scheduler,
    private readonly model: LogModel,
  ) {}

  report(property: Property, message: string): void {
    this.violation ??= { property, message, step: this.scheduler.step };
    this.scheduler.trace?.push(`  !! ${property}: ${message}`);
  }

  /** Records that a read after or before a position starts now. */
  startRead(room: string, position: Position): StartedRead {
    return { room, position, step: this.scheduler.step, head: this.model.room(room).entries.length };
  }

  /** Records that the deletion of a message was acknowledged. */
  recordDeletion(id: string): void {
    if (!this.deletionSteps.has(id)) this.deletionSteps.set(id, this.scheduler.step);
  }

  /** Forgets all deletions: after a restore, their targets may be back. */
  forgetDeletions(): void {
    this.deletionSteps.clear();
  }

  /** Checks the result of reading forward. @returns the position to continue from. */
  checkForward(reader: string, read: StartedRead, result: Page | Reset): Position {
    const { position } = read;
    if (result.type === 'reset') return this.checkReset(reader, read, result);
    result.entries.forEach((entry, i) =>
      this.checkEntry(reader, read, entry, position.epoch, position.seq + 1 + i),
    );
    const end = parseCursor(result.cursor);
    if (end.epoch !== position.epoch || end.seq !== position.seq + result.entries.length) {
      this.report(
        'I4',
        `${reader} at ${position.epoch}:${position.seq} got ${result.entries.length} entries up to ${result.cursor}`,
      );
    }
    return end;
  }

  /** Checks the result of reading back: ascending entries before the position, of kinds that are in history. */
  checkBackward(reader: string, read: StartedRead, result: Page | Reset): void {
    const { position } = read;
    if (result.type === 'reset') return void this.checkReset(reader, read, result);
    let previous = 0;
    for (const entry of result.entries) {
      this.checkEntry(reader, read, entry, position.epoch, entry.seq);
      if (entry.seq <= previous || entry.seq >= position.seq) {
        this.report(
          'I4',
          `${reader} before ${position.epoch}:${position.seq} got seq ${entry.seq} after seq ${previous}`,
        );
      }
      previous = entry.seq;
      if (!kindOf(entry.type)?.isInHistory) this.report('page', `${reader} got a ${entry.type} in history`);
    }
  }

  /** Checks that an entry has the expected seq, that it was committed, and that it was not erased before the read started. */
  checkEntry(
    reader: string,
    { room, step }: Pick<StartedRead, 'room' | 'step'>,
    entry: Entry,
    epoch: string,
    seq: number,
  ): void {
    const committed = this.model.room(room, epoch).appended[seq - 1];
    if (entry.seq !== seq) return this.report('I4', `${reader} got seq ${entry.seq} instead of ${seq}`);
    if (
      !committed ||
      entry.id !== committed.id ||
      entry.cursor !== committed.cursor ||
      !isCommittedOrErased(entry, committed)
    ) {
      return this.report(
        'I5',
        `${reader} got ${entry.id} at seq ${seq}, where ${committed?.id} was committed`,
      );
    }
    const deletionStep = isErased(entry.type) ? undefined : this.deletionSteps.get(entry.id);
    if (deletionStep !== undefined && deletionStep < step) {
      this.report(
        'I7',
        `${reader} got the text of ${entry.id}, deleted in step ${deletionStep}, from a read that started in step ${step}`,
      );
    }
  }

  /** Checks that a reset has a reason: the position is not in this history, or trimmed. */
  private checkReset(reader: string, { room, position, head }: StartedRead, reset: Reset): Position {
    const { earliest } = this.model.room(room);
    if (position.epoch === this.model.epoch && position.seq <= head && position.seq >= earliest) {
      this.report('I4', `${reader} at ${position.epoch}:${position.seq} got a reset without a reason`);
    }
    return parseCursor(reset.cursor);
  }
}

/** Whether an entry is the committed one, or its erased form. */
function isCommittedOrErased(entry: Entry, committed: Entry): boolean {
  if (entry === committed) return true;
  const { type, cursor, seq, room, id, visitor, username, at } = committed;
  const withoutBody = { cursor, seq, room, id, visitor, username, at, type: kindOf(type)?.erasedAs };
  return isDeepStrictEqual(entry, committed) || isDeepStrictEqual(entry, withoutBody);
}
