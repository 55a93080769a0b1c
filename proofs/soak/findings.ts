/**
 * The kinds of findings, with the invariants that they violate; see `INVARIANTS`.
 * - `loss`: an acknowledged message is missing, or a reader missed a message (I1, I4).
 * - `duplicate`: a message is stored twice, or was delivered twice (I1, I2, I4).
 * - `reordering`: two readers received different orders, or a later message has an earlier seq (I5, I6).
 * - `phantom`: the log has a message that was refused or never sent (I3).
 * - `answer`: a wrong answer, or none.
 */
export type FindingKind = 'loss' | 'duplicate' | 'reordering' | 'phantom' | 'answer';

/** The number of findings whose text is stored; the others are only counted. */
const MAX_EVIDENCE = 10;

/** The findings of a run: their number, and the text of the first ones. */
export class Findings {
  readonly counts: Record<FindingKind, number> = {
    loss: 0,
    duplicate: 0,
    reordering: 0,
    phantom: 0,
    answer: 0,
  };
  readonly evidence: string[] = [];

  private listener: (text: string) => void = () => undefined;

  /** Calls the listener with each finding whose text is stored. */
  onEvidence(listener: (text: string) => void): void {
    this.listener = listener;
  }

  add(kind: FindingKind, text: string): void {
    this.counts[kind] += 1;
    if (this.evidence.length === MAX_EVIDENCE) return;
    this.evidence.push(`${kind}: ${text}`);
    this.listener(`${kind}: ${text}`);
  }

  get total(): number {
    return Object.values(this.counts).reduce((sum, count) => sum + count, 0);
  }
}
