import type { NewMessage } from '../../server/wire';
import type { LostEntry, RestoredRoom } from './backup';
import type { Findings } from './findings';
import { fingerprint } from './observed-log';
import { fnv1a } from './random-source';

/** A message on its way to the server, with an id chosen by its writer. */
export interface Draft {
  room: string;
  id: string;
  message: string;
}

/** What the writers know of a draft. */
export interface Outcome {
  room: string;
  textHash: number;
  /** The highest seq acknowledged in this room before the draft was first sent (I6). */
  precedingSeq: number;
  state: 'unknown' | 'acknowledged' | 'refused';
  /** From the acknowledgement. */
  seq: number;
  fingerprint: number;
  /** Whether another text was sent under the id, which the server refuses while it has the draft. */
  isContested: boolean;
  /** Whether a restored backup lacks the draft: then it may be stored again, or the other text in its place. */
  wasLost: boolean;
}

/** The drafts that were sent, by id, and their outcomes as far as the writers know. */
export class WriteOutcomes {
  acknowledged = 0;
  refused = 0;
  /** How many first acknowledgements there were, also of drafts that were lost later. */
  answered = 0;
  /** How many older backups were restored. */
  restores = 0;
  /** By the ids of the drafts. */
  readonly outcomes = new Map<string, Outcome>();
  /** The entries that restored backups lack, by their cursors, with the number of the restore. */
  private readonly lostEntries = new Map<string, number>();
  /** The cursors of those that were acknowledged. */
  private readonly lostAcknowledged = new Set<string>();
  private readonly highestAcknowledged = new Map<string, number>();

  constructor(private readonly findings: Findings) {}

  /** Records a draft before it is sent for the first time; its outcome is unknown until an answer arrives. */
  begin({ room, id, message }: Draft): void {
    this.outcomes.set(id, {
      room,
      textHash: fnv1a(message),
      precedingSeq: this.highest(room),
      state: 'unknown',
      seq: 0,
      fingerprint: 0,
      isContested: false,
      wasLost: false,
    });
  }

  /** Whether a draft was acknowledged, and its entry is in the present history. */
  isAcknowledged({ id }: Draft): boolean {
    return this.outcomes.get(id)?.state === 'acknowledged';
  }

  /** Records that another text is about to be sent under the id of a draft. */
  contest({ id }: Draft): void {
    this.outcomes.get(id)!.isContested = true;
  }

  /** Whether the server may have another text under the id of a draft, which it has lost. */
  isReplaceable({ id }: { id: string }): boolean {
    const { isContested, wasLost } = this.outcomes.get(id)!;
    return isContested && wasLost;
  }

  /** The highest seq that was acknowledged in a room, of the present history. */
  highest(room: string): number {
    return this.highestAcknowledged.get(room) ?? 0;
  }

  /**
   * Records an acknowledgement, and compares it with earlier answers to the draft.
   * @param sent how many backups had been restored when the draft was sent.
   */
  acknowledge(draft: Draft, entry: NewMessage, transport: string, sent = this.restores): void {
    const outcome = this.outcomes.get(draft.id)!;
    const name = `${draft.id} over ${transport}`;
    const lostBy = this.lostEntries.get(entry.cursor);
    if (lostBy !== undefined) {
      if (sent < lostBy) this.lostAcknowledged.add(entry.cursor);
      else
        this.findings.add('loss', `${name} was acknowledged at ${entry.cursor}, which a restore had lost.`);
      return;
    }
    if (entry.id !== draft.id || entry.message !== draft.message || entry.room !== draft.room) {
      this.findings.add('answer', `${name} was acknowledged with ${JSON.stringify(entry)}.`);
      return;
    }
    if (contradicts(outcome, entry)) {
      this.findings.add('duplicate', `${name} was acknowledged at ${outcome.seq} and at ${entry.seq} (I1).`);
      return;
    }
    if (outcome.state === 'refused') {
      this.findings.add('answer', `${name} was refused, and then acknowledged.`);
    }
    if (entry.seq <= outcome.precedingSeq) {
      this.findings.add(
        'reordering',
        `${name} has seq ${entry.seq}, but was sent after the acknowledgement of ${outcome.precedingSeq} (I6).`,
      );
    }
    if (outcome.state !== 'acknowledged') {
      this.acknowledged += 1;
      this.answered += 1;
    }
    Object.assign(outcome, { state: 'acknowledged', seq: entry.seq, fingerprint: fingerprint(entry) });
    if (entry.seq > this.highest(draft.room)) this.highestAcknowledged.set(draft.room, entry.seq);
  }

  /** Records that an older backup was restored: what it lacks is as if it had not been answered. */
  restore(rooms: readonly RestoredRoom[]): void {
    this.restores += 1;
    for (const { room, head, lost } of rooms) {
      this.lose(lost);
      for (const [id, outcome] of this.outcomes) {
        if (outcome.room !== room) continue;
        if (outcome.state === 'acknowledged' && outcome.seq > head.seq) {
          this.findings.add('loss', `${id} was acknowledged at ${room}:${outcome.seq}, and is missing (I1).`);
        }
        outcome.precedingSeq = Math.min(outcome.precedingSeq, head.seq);
      }
      this.highestAcknowledged.set(room, Math.min(this.highest(room), head.seq));
    }
  }

  private lose(entries: readonly LostEntry[]): void {
    for (const { id, cursor } of entries) {
      this.lostEntries.set(cursor, this.restores);
      const outcome = this.outcomes.get(id);
      if (!outcome || outcome.state === 'refused') {
        this.findings.add('phantom', `${cursor} ${id} was refused, or never sent (I3).`);
        continue;
      }
      if (outcome.state === 'acknowledged') {
        this.acknowledged -= 1;
        this.lostAcknowledged.add(cursor);
      }
      Object.assign(outcome, { state: 'unknown', seq: 0, fingerprint: 0, wasLost: true });
    }
  }

  /** Records a final refusal. */
  refuse({ id }: Draft, transport: string): void {
    const outcome = this.outcomes.get(id)!;
    if (outcome.state === 'acknowledged') {
      this.findings.add('answer', `${id} over ${transport} was acknowledged, and then refused.`);
    }
    if (outcome.state === 'unknown') this.refused += 1;
    outcome.state = 'refused';
  }

  /** How many acknowledged messages restored backups lack. */
  get lost(): number {
    return this.lostAcknowledged.size;
  }

  /** How many drafts have no answer, or have been lost since. */
  get unknown(): number {
    return this.outcomes.size - this.acknowledged - this.refused;
  }
}

/** Whether an entry differs from the one that was acknowledged. */
export function contradicts(outcome: Outcome, entry: NewMessage): boolean {
  return (
    outcome.state === 'acknowledged' &&
    (outcome.seq !== entry.seq || outcome.fingerprint !== fingerprint(entry))
  );
}
