import { isDeepStrictEqual } from 'node:util';
import { kindOf } from '../../server/entry-kinds';
import { parseCursor, type Position } from '../../server/log/cursor';
import { isErased } from '../../server/log/entry';
import type { Page } from '../../server/log/page';
import type { Entry, Reset } from '../../server/wire';
import type { Scheduler } from './scheduler';
import type { ModelStore } from './store';

/** What somebody asked for, and when. */
export interface Question {
  room: string;
  position: Position;
  /** The step at which it was asked, and the room's head then. */
  step: number;
  head: number;
}

/** Checks everything that the log hands out against what the store has committed; keeps the first thing found wrong. */
export class Observer {
  /** What was found wrong first. */
  finding: string | undefined;
  /** The step at which the deletion of a message was acknowledged, by the message's id. */
  private readonly gone = new Map<string, number>();

  constructor(
    private readonly scheduler: Scheduler,
    private readonly store: ModelStore,
  ) {}

  find(invariant: string, what: string): void {
    this.finding ??= `${invariant}: ${what} (step ${this.scheduler.step})`;
    this.scheduler.trace?.push(`  !! ${invariant}: ${what}`);
  }

  /** Notes that somebody asks now for what comes after or before a place. */
  ask(room: string, position: Position): Question {
    return { room, position, step: this.scheduler.step, head: this.store.room(room).entries.length };
  }

  /** Notes that the deletion of a message was acknowledged. */
  deleted(target: string): void {
    if (!this.gone.has(target)) this.gone.set(target, this.scheduler.step);
  }

  /** After a restore from an older state, nothing is known to be deleted. */
  restored(): void {
    this.gone.clear();
  }

  /** Checks what comes after a place. @returns the place after it. */
  checkAfter(who: string, question: Question, step: Page | Reset): Position {
    const { position } = question;
    if (step.type === 'reset') return this.checkReset(who, question, step);
    step.entries.forEach((entry, i) =>
      this.checkEntry(who, question, entry, position.epoch, position.seq + 1 + i),
    );
    const end = parseCursor(step.cursor);
    if (end.epoch !== position.epoch || end.seq !== position.seq + step.entries.length) {
      this.find(
        'I4',
        `${who} at ${position.epoch}:${position.seq} got ${step.entries.length} up to ${step.cursor}`,
      );
    }
    return end;
  }

  /** Checks the messages that come before a place, and still exist. */
  checkBefore(who: string, question: Question, step: Page | Reset): void {
    const { position } = question;
    if (step.type === 'reset') return void this.checkReset(who, question, step);
    let last = 0;
    for (const entry of step.entries) {
      this.checkEntry(who, question, entry, position.epoch, entry.seq);
      if (entry.seq <= last || entry.seq >= position.seq) {
        this.find(
          'I4',
          `${who} before ${position.epoch}:${position.seq} got seq ${entry.seq} behind ${last}`,
        );
      }
      last = entry.seq;
      if (!kindOf(entry.type)?.isInHistory) this.find('page', `${who} got a ${entry.type} in history`);
    }
  }

  /** Checks one entry: its place, that it was committed, and that its body was not erased before it was asked for. */
  checkEntry(
    who: string,
    { room, step }: Pick<Question, 'room' | 'step'>,
    entry: Entry,
    epoch: string,
    seq: number,
  ): void {
    const committed = this.store.room(room, epoch).appended[seq - 1];
    if (entry.seq !== seq) return this.find('I4', `${who} got seq ${entry.seq} in place of ${seq}`);
    if (
      !committed ||
      entry.id !== committed.id ||
      entry.cursor !== committed.cursor ||
      !isForm(entry, committed)
    ) {
      return this.find('I5', `${who} got ${entry.id} at seq ${seq}, where ${committed?.id} was committed`);
    }
    const goneAt = isErased(entry.type) ? undefined : this.gone.get(entry.id);
    if (goneAt !== undefined && goneAt < step) {
      this.find('I7', `${who} asked at step ${step} and got the text of ${entry.id}, deleted at ${goneAt}`);
    }
  }

  /** A reset has to have a reason: the place was never in this history, or is no longer. */
  private checkReset(who: string, { room, position, head }: Question, reset: Reset): Position {
    const now = this.store.room(room);
    if (position.epoch === this.store.epoch && position.seq <= head && position.seq >= now.earliest) {
      this.find('I4', `${who} at ${position.epoch}:${position.seq} got a reset without a reason`);
    }
    return parseCursor(reset.cursor);
  }
}

/** Whether an entry is what was committed, or what remains of it after its deletion. */
function isForm(entry: Entry, committed: Entry): boolean {
  if (entry === committed) return true;
  const { type, cursor, seq, room, id, visitor, username, at } = committed;
  const head = { cursor, seq, room, id, visitor, username, at };
  const remains = { ...head, type: kindOf(type)?.erasedAs };
  return isDeepStrictEqual(entry, committed) || isDeepStrictEqual(entry, remains);
}
