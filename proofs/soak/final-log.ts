import type { NewMessage } from '../../server/wire';
import type { Findings } from './findings';
import { fnv1a } from './random-source';
import { contradicts, type WriteOutcomes } from './write-outcomes';

/** Compares a room's whole log, read at the end, with everything that was sent to the room (I1, I2, I3, I6). */
export function verifyLog(
  room: string,
  log: readonly NewMessage[],
  outcomes: WriteOutcomes,
  findings: Findings,
): void {
  const seqs = new Map<string, number>();
  log.forEach((entry, i) => {
    if (entry.seq !== i + 1) {
      findings.add('loss', `${room}:${entry.seq} ${entry.id} is entry number ${i + 1}.`);
    }
    if (seqs.has(entry.id)) {
      const name = `${room}:${entry.seq} ${entry.id}`;
      findings.add('duplicate', `${name} is also at ${seqs.get(entry.id)} (I1, I2).`);
    }
    seqs.set(entry.id, entry.seq);
    verifyEntry(room, entry, outcomes, findings);
  });
  for (const [id, { room: outcomeRoom, state, seq }] of outcomes.outcomes) {
    if (outcomeRoom === room && state === 'acknowledged' && !seqs.has(id)) {
      findings.add('loss', `${id} was acknowledged at ${room}:${seq}, and is missing (I1).`);
    }
  }
}

function verifyEntry(room: string, entry: NewMessage, outcomes: WriteOutcomes, findings: Findings): void {
  const outcome = outcomes.outcomes.get(entry.id);
  const name = `${room}:${entry.seq} ${entry.id}`;
  if (!outcome || outcome.room !== room) {
    findings.add('phantom', `${name} was never sent to this room (I3).`);
    return;
  }
  if (outcome.state === 'refused') findings.add('phantom', `${name} was refused (I3).`);
  if (outcome.textHash !== fnv1a(entry.message) && !outcomes.isReplaceable(entry)) {
    findings.add('phantom', `${name} has another text (I3).`);
  }
  if (contradicts(outcome, entry)) {
    findings.add('reordering', `${name} was acknowledged as ${outcome.seq}.`);
  }
  if (entry.seq <= outcome.precedingSeq) {
    findings.add('reordering', `${name} was sent after the acknowledgement of ${outcome.precedingSeq} (I6).`);
  }
}
