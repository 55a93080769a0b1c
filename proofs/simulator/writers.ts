import { erasureOf, kindOf, MESSAGE, type Content } from '../../server/entry-kinds';
import { erased, isEntryOf, isErased } from '../../server/log/entry';
import type { AppendResult, Draft } from '../../server/log/store';
import type { Entry } from '../../server/wire';
import type { Checker } from './checker';
import type { LogModel } from './model';
import type { Scheduler } from './scheduler';

/** A draft that was sent, and its outcome as far as its writer knows. */
interface SentDraft {
  draft: Draft;
  /** The highest seq acknowledged in its room before it was first sent (I6), and the model's restores at that time. */
  precedingSeq: number;
  restores: number;
  state: 'unknown' | 'acknowledged' | 'refused';
  /** From the acknowledgement. */
  seq: number;
}

/** All writers: they record the drafts that they send, and check every answer. */
export class Writers {
  /** In order; an id that was sent with two bodies is there twice. */
  readonly sent: SentDraft[] = [];
  /** How many answers are outstanding. */
  pendingWrites = 0;
  private readonly highestAcknowledged = new Map<string, number>();
  private createdDrafts = 0;

  constructor(
    private readonly append: (draft: Draft) => Promise<AppendResult>,
    private readonly scheduler: Scheduler,
    private readonly model: LogModel,
    private readonly checker: Checker,
  ) {}

  /** Creates a message. @param text follows its id, which makes the texts unique. */
  createMessage(room: string, text = ''): Draft {
    const id = `m${(this.createdDrafts += 1)}`;
    return this.createDraft(room, id, { type: MESSAGE, body: { message: `${id}${text}` } });
  }

  /** Creates the deletion of a message. */
  createDeletion({ room, id }: Draft): Draft {
    return this.createDraft(room, `d${(this.createdDrafts += 1)}`, erasureOf(id));
  }

  /** Sends a draft for the first time. @param precedingSeq that of its id, if the id was sent before with another body. */
  send(draft: Draft, precedingSeq = this.highestAcknowledged.get(draft.room) ?? 0): void {
    const { restores } = this.model;
    const sent: SentDraft = { draft, precedingSeq, restores, state: 'unknown', seq: 0 };
    this.sent.push(sent);
    this.resend(sent);
  }

  /** Sends a draft again, or for the first time. */
  resend(sent: SentDraft): void {
    const { step } = this.scheduler;
    const targetId = targetOf(sent.draft);
    const isTargetAcknowledged = this.sent.some(
      ({ draft: { id }, state }) => id === targetId && state === 'acknowledged',
    );
    const wasAcknowledged = sent.state === 'acknowledged';
    this.pendingWrites += 1;
    this.append(sent.draft)
      .finally(() => (this.pendingWrites -= 1))
      .then(
        ({ entry }) => this.onAcknowledged(sent, entry, step),
        (error: unknown) => this.onRefused(sent, error, wasAcknowledged, isTargetAcknowledged),
      );
  }

  /** Forgets all drafts: after a restore, acknowledged entries may be missing. */
  forgetDrafts(): void {
    this.sent.length = 0;
    this.highestAcknowledged.clear();
  }

  /** Compares the final log of a room with the drafts that were sent to it. */
  verify(room: string): void {
    const { entries, seqs } = this.model.room(room);
    if (seqs.size !== entries.length) this.checker.report('I2', `an id is stored twice in ${room}`);
    for (const { draft, state, seq } of this.sent) {
      if (draft.room !== room) continue;
      const entry = entries[(seqs.get(draft.id) ?? 0) - 1];
      if (state === 'acknowledged' && entry?.seq !== seq) {
        this.checker.report('I1', `${draft.id} was acknowledged at ${seq}, and is at ${entry?.seq}`);
      }
      if (state === 'refused' && entry && !isErased(entry.type) && matches(entry, draft)) {
        this.checker.report('I3', `${draft.id} was refused, and is at ${entry.seq}`);
      }
    }
  }

  private createDraft(room: string, id: string, content: Content): Draft {
    return { ...content, room, id, visitor: 'v', username: 'Masha' };
  }

  /** @param sentStep the step in which it was sent. */
  private onAcknowledged(sent: SentDraft, entry: Entry, sentStep: number): void {
    const { draft, precedingSeq, restores, state } = sent;
    this.scheduler.trace?.push(`  ${draft.id} is acknowledged at ${entry.cursor}`);
    // A draft that was sent before a restore and answered after it may be anywhere.
    if (restores !== this.model.restores) return;
    const read = { room: draft.room, step: sentStep };
    this.checker.checkEntry(`the writer of ${draft.id}`, read, entry, entry.seq);
    if (!matches(entry, draft)) this.checker.report('I3', `${draft.id} was acknowledged as another entry`);
    // An erased entry no longer shows whether it was this draft.
    if (state === 'refused' && !isErased(entry.type)) {
      this.checker.report('I3', `${draft.id} was refused, and then acknowledged`);
    }
    if (state === 'acknowledged' && sent.seq !== entry.seq) {
      this.checker.report('I1', `${draft.id} was acknowledged at ${sent.seq}, and then at ${entry.seq}`);
    }
    if (entry.seq <= precedingSeq) {
      this.checker.report(
        'I6',
        `${draft.id} has seq ${entry.seq}, and was sent after ${precedingSeq} was acknowledged`,
      );
    }
    Object.assign(sent, { state: 'acknowledged', seq: entry.seq });
    this.highestAcknowledged.set(
      draft.room,
      Math.max(this.highestAcknowledged.get(draft.room) ?? 0, entry.seq),
    );
    const targetId = targetOf(draft);
    if (targetId !== undefined) this.checker.recordDeletion(targetId);
  }

  /**
   * @param wasAcknowledged whether the draft was acknowledged before it was sent again. If it was sent twice at once,
   *   another node may have committed it after this one refused it, and have answered first.
   * @param wasTargetAcknowledged whether the message to delete was acknowledged before its deletion was sent.
   */
  private onRefused(
    sent: SentDraft,
    error: unknown,
    wasAcknowledged: boolean,
    wasTargetAcknowledged: boolean,
  ): void {
    const { draft, restores, state } = sent;
    const { status } = error as { status?: number };
    this.scheduler.trace?.push(`  ${draft.id} is refused: ${status}`);
    if (status === 503 || restores !== this.model.restores) return;
    if (wasAcknowledged) this.checker.report('I3', `${draft.id} was acknowledged, and then refused`);
    if (state === 'acknowledged') return;
    const { entries, appended, seqs } = this.model.room(draft.room);
    const targetId = targetOf(draft);
    if (targetId !== undefined) {
      const target = entries[(seqs.get(targetId) ?? 0) - 1];
      if (status !== 404 || (wasTargetAcknowledged && target && erased(target))) {
        this.checker.report('I3', `${draft.id} was refused with ${String(error)}`);
      }
      // If the target was there, "no such message" implies that it has been deleted since.
      if (!wasTargetAcknowledged) return;
      this.checker.recordDeletion(targetId);
    } else {
      const owner = appended[(seqs.get(draft.id) ?? 0) - 1];
      if (status !== 409 || !owner || matches(owner, draft)) {
        this.checker.report('I3', `${draft.id} was refused with ${String(error)}`);
      }
    }
    sent.state = 'refused';
  }
}

/** Whether an entry can be the stored form of a draft. An erased entry can be that of any draft with its id. */
function matches(entry: Entry, draft: Draft): boolean {
  return entry.id === draft.id && entry.room === draft.room && isEntryOf(entry, draft);
}

/** Returns the id of the entry that a draft erases, if it erases one. */
function targetOf({ type, body }: Draft): string | undefined {
  return kindOf(type)?.erases?.(body);
}
