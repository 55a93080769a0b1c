import { erasureOf, kindOf, MESSAGE, type Content } from '../../server/entry-kinds';
import { formatCursor } from '../../server/log/cursor';
import { erased, isEntryOf, isErased } from '../../server/log/entry';
import type { AppendResult, Draft } from '../../server/log/store';
import type { Entry } from '../../server/wire';
import type { Observer } from './observer';
import type { Scheduler } from './scheduler';
import type { ModelStore } from './store';

/** A draft that was sent, and what its writer knows of it. */
interface Sent {
  draft: Draft;
  /** The largest seq that was acknowledged in its room before it was sent first, in the epoch of that moment. */
  floor: number;
  epoch: string;
  state: 'unknown' | 'acknowledged' | 'refused';
  seq: number;
}

/** Everybody who writes: keeps what was sent under each id, and holds each answer against it. */
export class Writers {
  /** What was sent, in order; a draft that was sent again with another body is there twice. */
  readonly sent: Sent[] = [];
  /** How many answers are outstanding. */
  waiting = 0;
  private readonly floors = new Map<string, number>();
  private count = 0;

  constructor(
    private readonly append: (draft: Draft) => Promise<AppendResult>,
    private readonly scheduler: Scheduler,
    private readonly store: ModelStore,
    private readonly observer: Observer,
  ) {}

  /** A new message. @param message what it says, behind its id, by which it differs from every other. */
  draft(room: string, message: string): Draft {
    const id = `m${(this.count += 1)}`;
    return this.write(room, id, { type: MESSAGE, body: { message: `${id}${message}` } });
  }

  /** The deletion of a message. */
  deletion({ room, id: target }: Draft): Draft {
    return this.write(room, `d${(this.count += 1)}`, erasureOf(target));
  }

  private write(room: string, id: string, content: Content): Draft {
    return { ...content, room, id, visitor: 'v', username: 'Masha' };
  }

  /** Sends a draft for the first time. @param floor that of its id, if that was sent before with another body. */
  send(draft: Draft, floor = this.floors.get(draft.room) ?? 0): void {
    const one: Sent = { draft, floor, epoch: this.store.epoch, state: 'unknown', seq: 0 };
    this.sent.push(one);
    this.sendAgain(one);
  }

  /** Sends a draft, again. */
  sendAgain(one: Sent): void {
    const { step } = this.scheduler;
    const target = targetOf(one.draft);
    const isTargetThere = this.sent.some(
      ({ draft: { id }, state }) => id === target && state === 'acknowledged',
    );
    this.waiting += 1;
    this.append(one.draft)
      .finally(() => (this.waiting -= 1))
      .then(
        ({ entry }) => this.acknowledged(one, entry, step),
        (error: unknown) => this.refused(one, error, isTargetThere),
      );
  }

  /** After a restore, what was acknowledged may be missing: nothing is promised of it. */
  restored(): void {
    this.sent.length = 0;
    this.floors.clear();
  }

  /** Holds what a room has in the end against what was sent to it. */
  settle(room: string): void {
    const { entries, seqs } = this.store.room(room);
    if (seqs.size !== entries.length) this.observer.find('I2', `an id is twice in ${room}`);
    for (const { draft, state, seq } of this.sent) {
      if (draft.room !== room) continue;
      const entry = entries[(seqs.get(draft.id) ?? 0) - 1];
      if (state === 'acknowledged' && entry?.seq !== seq) {
        this.observer.find('I1', `${draft.id} was acknowledged at ${seq} and is at ${entry?.seq}`);
      }
      if (state === 'refused' && entry && !isErased(entry.type) && isAnswer(entry, draft)) {
        this.observer.find('I3', `${draft.id} was refused and is at ${entry.seq}`);
      }
    }
  }

  /** @param step when it was sent. */
  private acknowledged(one: Sent, entry: Entry, step: number): void {
    const { draft, floor, epoch, state } = one;
    this.scheduler.trace?.push(`  ${draft.id} is acknowledged at ${entry.cursor}`);
    // Of what was sent before a restore and answered after it, nothing is promised.
    if (epoch !== this.store.epoch || entry.cursor !== formatCursor(epoch, entry.seq)) return;
    const asked = { room: draft.room, step };
    this.observer.checkEntry(`the writer of ${draft.id}`, asked, entry, epoch, entry.seq);
    if (!isAnswer(entry, draft)) this.observer.find('I3', `${draft.id} was acknowledged as another entry`);
    // Of a message that was deleted, nobody can say whether it was this one.
    if (state === 'refused' && !isErased(entry.type))
      this.observer.find('I3', `${draft.id} was refused, and then acknowledged`);
    if (state === 'acknowledged' && one.seq !== entry.seq) {
      this.observer.find('I1', `${draft.id} was acknowledged at ${one.seq} and at ${entry.seq}`);
    }
    if (entry.seq <= floor) {
      this.observer.find(
        'I6',
        `${draft.id} has seq ${entry.seq}, and was sent after ${floor} was acknowledged`,
      );
    }
    Object.assign(one, { state: 'acknowledged', seq: entry.seq });
    this.floors.set(draft.room, Math.max(this.floors.get(draft.room) ?? 0, entry.seq));
    const target = targetOf(draft);
    if (target !== undefined) this.observer.deleted(target);
  }

  /** @param wasTargetThere whether the message to delete was acknowledged before its deletion was sent. */
  private refused(one: Sent, error: unknown, wasTargetThere: boolean): void {
    const { draft, epoch, state } = one;
    const { status } = error as { status?: number };
    this.scheduler.trace?.push(`  ${draft.id} is refused: ${status}`);
    if (status === 503 || epoch !== this.store.epoch) return;
    if (state === 'acknowledged') this.observer.find('I3', `${draft.id} was acknowledged, and then refused`);
    const { entries, appended, seqs } = this.store.room(draft.room);
    const target = targetOf(draft);
    if (target !== undefined) {
      const entry = entries[(seqs.get(target) ?? 0) - 1];
      if (status !== 404 || (wasTargetThere && entry && erased(entry))) {
        this.observer.find('I3', `${draft.id} was refused with ${String(error)}`);
      }
      // That the message is not there any more is as good as the acknowledgement of its deletion.
      if (!wasTargetThere) return;
      this.observer.deleted(target);
    } else {
      const owner = appended[(seqs.get(draft.id) ?? 0) - 1];
      if (status !== 409 || !owner || isAnswer(owner, draft)) {
        this.observer.find('I3', `${draft.id} was refused with ${String(error)}`);
      }
    }
    one.state = 'refused';
  }
}

/** Whether an entry is what became of a draft; of one that was erased, nobody can say what it held. */
function isAnswer(entry: Entry, draft: Draft): boolean {
  return entry.id === draft.id && entry.room === draft.room && isEntryOf(entry, draft);
}

/** Returns the id of the entry that a draft erases, if it does. */
function targetOf({ type, body }: Draft): string | undefined {
  return kindOf(type)?.erases?.(body);
}
