import type { NewMessage, Reset } from '../../server/wire';
import type { Findings } from './findings';
import { seqOf, type ObservedLog } from './observed-log';

/** The position of one reader in one room: messages must follow it without gaps or repeats (I4). */
export class Position {
  /** The last seq received. */
  seq: number;

  /** @param cursor where the reader resumes, or `earliest`. */
  constructor(
    private readonly readerName: string,
    readonly log: ObservedLog,
    private readonly findings: Findings,
    public cursor: string,
  ) {
    this.seq = seqOf(cursor);
  }

  /** Moves the position past a message, and checks that the message follows it. */
  advance(entry: NewMessage, transport: string): void {
    const observer = `${this.readerName} over ${transport}`;
    const { seq, room } = entry;
    if (seq !== this.seq + 1) {
      const kind = seq <= this.seq ? 'duplicate' : 'loss';
      this.findings.add(kind, `${observer} received ${room}:${seq} after ${room}:${this.seq} (I4).`);
    }
    this.log.observe(entry, observer);
    if (seq <= this.seq) return;
    this.seq = seq;
    this.cursor = entry.cursor;
  }

  /** A run never replaces the history, so a cursor from the server must never be reset. */
  reset(reset: Reset, transport: string): void {
    this.findings.add(
      'loss',
      `${this.readerName} over ${transport} was reset at ${this.cursor}: ${JSON.stringify(reset)}.`,
    );
    this.cursor = reset.cursor;
    this.seq = seqOf(reset.cursor);
  }
}
