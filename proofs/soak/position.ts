import type { NewMessage, Reset } from '../../server/wire';
import type { Findings } from './findings';
import type { History } from './observed-log';

/** Where one reader is in one room; what it is shown must go on from there without a gap or a repeat (I4). */
export class Place {
  /** Where it goes on from: the cursor of the last message it was shown. */
  cursor: string;
  /** The last seq it was shown. */
  seq: number;

  constructor(
    private readonly who: string,
    readonly history: History,
    private readonly findings: Findings,
    begin: 'earliest' | { cursor: string },
  ) {
    this.cursor = begin === 'earliest' ? begin : begin.cursor;
    this.seq = begin === 'earliest' ? 0 : Number(/\d+$/.exec(begin.cursor)![0]);
  }

  take(entry: NewMessage, way: string): void {
    const who = `${this.who} over ${way}`;
    const { seq, room } = entry;
    if (seq !== this.seq + 1) {
      const kind = seq <= this.seq ? 'double' : 'loss';
      this.findings.add(kind, `${who} was shown ${room}:${seq} after ${room}:${this.seq} (I4).`);
    }
    this.history.see(entry, who);
    if (seq <= this.seq) return;
    this.seq = seq;
    this.cursor = entry.cursor;
  }

  /** No history is replaced in a run, so no reader of a cursor it was given may be reset. */
  reset(reset: Reset, way: string): void {
    this.findings.add(
      'loss',
      `${this.who} over ${way} was reset at ${this.cursor}: ${JSON.stringify(reset)}.`,
    );
    this.cursor = reset.cursor;
    this.seq = Number(/\d+$/.exec(reset.cursor)![0]);
  }
}
