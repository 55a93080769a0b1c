/**
 * What can be found wrong.
 * - `loss`: an acknowledged message is missing, or a reader was shown a gap (I1, I4).
 * - `double`: a message is there twice, or was shown twice (I1, I2, I4).
 * - `disorder`: two readers saw different orders, or a later message has an earlier seq (I5, I6).
 * - `stranger`: something is there that was refused or never said (I3).
 * - `answer`: an answer that the contract does not allow, or none at all.
 */
export type Kind = 'loss' | 'double' | 'disorder' | 'stranger' | 'answer';

/** How many findings are kept in words; the others are only counted. */
const KEPT = 10;

/** What a run found wrong: counted, with the first evidence in words. */
export class Findings {
  readonly counts: Record<Kind, number> = { loss: 0, double: 0, disorder: 0, stranger: 0, answer: 0 };
  readonly evidence: string[] = [];

  private tell: (what: string) => void = () => undefined;

  /** Calls back with each finding that is kept in words, as it is made. */
  onFirst(tell: (what: string) => void): void {
    this.tell = tell;
  }

  add(kind: Kind, what: string): void {
    this.counts[kind] += 1;
    if (this.evidence.length === KEPT) return;
    this.evidence.push(`${kind}: ${what}`);
    this.tell(`${kind}: ${what}`);
  }

  get total(): number {
    return Object.values(this.counts).reduce((sum, count) => sum + count, 0);
  }
}
