import { isDeepStrictEqual } from 'node:util';
import { kindOf } from '../../server/entry-kinds';
import { formatCursor, parseCursor, type Position } from '../../server/log/cursor';
import { isErased } from '../../server/log/entry';
import type { Page } from '../../server/log/page';
import type { Cursor, Entry, Reset } from '../../server/wire';
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
  /** The step in which it started, and the room's head and the model's restores then. */
  step: number;
  head: number;
  restores: number;
  /** A text whose deletion was acknowledged before this time, in ms, is not in its result either. */
  deletedBefore?: number;
}

/** Compares everything that the log returns with the model, and stores the first violation. */
export class Checker {
  violation: Violation | undefined;
  /** When the deletion of a message was acknowledged, as a step and in ms, by the id of the message. */
  private readonly deletions = new Map<string, { step: number; at: number }>();

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
    const { restores } = this.model;
    return {
      room,
      position,
      step: this.scheduler.step,
      head: this.model.room(room).entries.length,
      restores,
    };
  }

  /** Records that the deletion of a message was acknowledged. */
  recordDeletion(id: string): void {
    const { step, now: at } = this.scheduler;
    if (!this.deletions.has(id)) this.deletions.set(id, { step, at });
  }

  /** Forgets all deletions: after a restore, their targets may be back. */
  forgetDeletions(): void {
    this.deletions.clear();
  }

  /** Checks the result of reading forward. @returns the position to continue from. */
  checkForward(reader: string, read: StartedRead, result: Page | Reset): Position {
    const { position } = read;
    if (result.type === 'reset') return this.checkReset(reader, read, result);
    let previous = cursorOf(position);
    result.entries.forEach((entry, i) => {
      this.checkEntry(reader, read, entry, position.seq + 1 + i);
      // A seq alone does not tell whether an entry is of the reader's history; the hash does.
      const expected = this.model.committedAt(read.room, entry.cursor)?.previous ?? '';
      if (!isCursorOf(previous, expected)) {
        this.report('I4', `${reader} at ${previous} got ${entry.cursor}, which follows ${expected}`);
      }
      previous = entry.cursor;
    });
    if (!isCursorOf(previous, result.cursor)) {
      this.report(
        'I4',
        `${reader} at ${cursorOf(position)} got entries up to ${previous}, not ${result.cursor}`,
      );
    }
    return parseCursor(result.cursor);
  }

  /** Checks the result of reading back: ascending entries before the position, of kinds that are in history. */
  checkBackward(reader: string, read: StartedRead, result: Page | Reset): void {
    const { position } = read;
    if (result.type === 'reset') return void this.checkReset(reader, read, result);
    const history =
      position.hash === undefined ? undefined : this.model.historyAt(read.room, cursorOf(position));
    let previous = 0;
    for (const entry of result.entries) {
      if (history?.has(entry.cursor) === false) {
        this.report('I4', `${reader} before ${cursorOf(position)} got ${entry.cursor} of another history`);
      }
      this.checkEntry(reader, read, entry, entry.seq);
      if (entry.seq <= previous || entry.seq >= position.seq) {
        this.report(
          'I4',
          `${reader} before ${cursorOf(position)} got seq ${entry.seq} after seq ${previous}`,
        );
      }
      previous = entry.seq;
      if (!kindOf(entry.type)?.isInHistory) this.report('page', `${reader} got a ${entry.type} in history`);
    }
  }

  /** Checks that an entry has the expected seq, that it was committed, and that it was not erased before the read started. */
  checkEntry(
    reader: string,
    { room, step, deletedBefore }: Pick<StartedRead, 'room' | 'step' | 'deletedBefore'>,
    entry: Entry,
    seq: number,
  ): void {
    const committed = this.model.committedAt(room, entry.cursor)?.entry;
    if (entry.seq !== seq) return this.report('I4', `${reader} got seq ${entry.seq} instead of ${seq}`);
    if (!committed || entry.id !== committed.id || !isCommittedOrErased(entry, committed)) {
      return this.report(
        'I5',
        `${reader} got ${entry.id} at ${entry.cursor}, where ${committed?.id} was committed`,
      );
    }
    const deletion = isErased(entry.type) ? undefined : this.deletions.get(entry.id);
    if (deletion && (deletion.step < step || deletion.at < (deletedBefore ?? -Infinity))) {
      this.report(
        'I7',
        `${reader} got the text of ${entry.id}, deleted in step ${deletion.step}, from a read that started in step ${step}`,
      );
    }
  }

  /** Checks that a reset has a reason: the position is not in this history, or trimmed. */
  private checkReset(reader: string, read: StartedRead, reset: Reset): Position {
    const { room, position, head, restores } = read;
    // A position without a hash may have been beyond the head for a while.
    const mayHaveBeenBeyond = position.hash === undefined && restores !== this.model.restores;
    if (position.seq <= head && this.model.includes(room, position) && !mayHaveBeenBeyond) {
      this.report('I4', `${reader} at ${cursorOf(position)} got a reset without a reason`);
    }
    return parseCursor(reset.cursor);
  }
}

/** Returns the cursor of a position. */
export function cursorOf({ epoch, seq, hash }: Position): Cursor {
  return formatCursor(epoch, seq, hash);
}

/** Whether a cursor, which may have no hash, is at the position of another. */
function isCursorOf(cursor: Cursor, other: Cursor): boolean {
  const position = parseCursor(other);
  return cursor === other || cursor === formatCursor(position.epoch, position.seq);
}

/** Whether an entry is the committed one, or its erased form. */
function isCommittedOrErased(entry: Entry, committed: Entry): boolean {
  if (entry === committed) return true;
  const { type, cursor, seq, room, id, visitor, username, at } = committed;
  const withoutBody = { cursor, seq, room, id, visitor, username, at, type: kindOf(type)?.erasedAs };
  return isDeepStrictEqual(entry, committed) || isDeepStrictEqual(entry, withoutBody);
}
