import type { NewMessage } from '../../server/wire';
import type { Findings } from './findings';
import { fingerprint } from './observed-log';
import { fnv1a } from './random-source';

/** A message on its way to the server, with an id chosen by its writer. */
export interface Draft {
  room: string;
  id: string;
  message: string;
}

interface Outcome {
  room: string;
  textHash: number;
  /** The highest seq acknowledged in this room before the draft was first sent (I6). */
  precedingSeq: number;
  state: 'unknown' | 'acknowledged' | 'refused';
  /** From the acknowledgement. */
  seq: number;
  fingerprint: number;
}

/** The drafts that were sent, by id, and their outcomes as far as the writers know. */
export class WriteOutcomes {
  acknowledged = 0;
  refused = 0;
  private readonly outcomes = new Map<string, Outcome>();
  private readonly highestAcknowledged = new Map<string, number>();

  constructor(private readonly findings: Findings) {}

  /** Records a draft before it is sent for the first time; its outcome is unknown until an answer arrives. */
  begin({ room, id, message }: Draft): void {
    const precedingSeq = this.highestAcknowledged.get(room) ?? 0;
    const textHash = fnv1a(message);
    this.outcomes.set(id, { room, textHash, precedingSeq, state: 'unknown', seq: 0, fingerprint: 0 });
  }

  /** Records an acknowledgement, and compares it with earlier answers to the draft. */
  acknowledge(draft: Draft, entry: NewMessage, transport: string): void {
    const outcome = this.outcomes.get(draft.id)!;
    const name = `${draft.id} over ${transport}`;
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
    if (outcome.state !== 'acknowledged') this.acknowledged += 1;
    Object.assign(outcome, { state: 'acknowledged', seq: entry.seq, fingerprint: fingerprint(entry) });
    if (entry.seq > (this.highestAcknowledged.get(draft.room) ?? 0)) {
      this.highestAcknowledged.set(draft.room, entry.seq);
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

  /** How many drafts have no answer. */
  get unknown(): number {
    return this.outcomes.size - this.acknowledged - this.refused;
  }

  /** Compares a room's whole log, read at the end, with everything that was sent to the room (I1, I2, I3, I6). */
  verify(room: string, log: readonly NewMessage[]): void {
    const seqs = new Map<string, number>();
    log.forEach((entry, i) => {
      if (entry.seq !== i + 1) {
        this.findings.add('loss', `${room}:${entry.seq} ${entry.id} is entry number ${i + 1}.`);
      }
      if (seqs.has(entry.id)) {
        this.findings.add(
          'duplicate',
          `${room}:${entry.seq} ${entry.id} is also at ${seqs.get(entry.id)} (I1, I2).`,
        );
      }
      seqs.set(entry.id, entry.seq);
      this.verifyEntry(room, entry);
    });
    for (const [id, { room: outcomeRoom, state, seq }] of this.outcomes) {
      if (outcomeRoom === room && state === 'acknowledged' && !seqs.has(id)) {
        this.findings.add('loss', `${id} was acknowledged at ${room}:${seq}, and is missing (I1).`);
      }
    }
  }

  private verifyEntry(room: string, entry: NewMessage): void {
    const outcome = this.outcomes.get(entry.id);
    const name = `${room}:${entry.seq} ${entry.id}`;
    if (!outcome || outcome.room !== room) {
      this.findings.add('phantom', `${name} was never sent to this room (I3).`);
      return;
    }
    if (outcome.state === 'refused') this.findings.add('phantom', `${name} was refused (I3).`);
    if (outcome.textHash !== fnv1a(entry.message)) {
      this.findings.add('phantom', `${name} has another text (I3).`);
    }
    if (contradicts(outcome, entry)) {
      this.findings.add('reordering', `${name} was acknowledged as ${outcome.seq}.`);
    }
    if (entry.seq <= outcome.precedingSeq) {
      this.findings.add(
        'reordering',
        `${name} was sent after the acknowledgement of ${outcome.precedingSeq} (I6).`,
      );
    }
  }
}

/** Whether an entry differs from the one that was acknowledged. */
function contradicts(outcome: Outcome, entry: NewMessage): boolean {
  return (
    outcome.state === 'acknowledged' &&
    (outcome.seq !== entry.seq || outcome.fingerprint !== fingerprint(entry))
  );
}
