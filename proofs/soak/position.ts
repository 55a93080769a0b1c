import type { NewMessage, Reset } from '../../server/wire';
import type { Findings } from './findings';
import { seqOf, type ObservedLog } from './observed-log';

/** The position of one reader in one room: messages must follow it without gaps or repeats (I4). */
export class Position {
  /** The last seq received. */
  seq: number;
  /** How many backups had been restored when the reader asked for messages after this position. */
  private asked: number;

  /** @param cursor where the reader resumes, or `earliest`. */
  constructor(
    private readonly readerName: string,
    readonly log: ObservedLog,
    private readonly findings: Findings,
    public cursor: string,
  ) {
    this.seq = seqOf(cursor);
    this.asked = log.restores;
  }

  /** Whether a restored backup lacks the last message received: the reader must be told by a reset. */
  get isLost(): boolean {
    return this.log.isLost(this.cursor);
  }

  /** How many messages other readers have received and this one has not; at least one if it has to be reset. */
  get backlog(): number {
    return this.isLost ? 1 : Math.max(0, this.log.head - this.seq);
  }

  /** Notes that the reader asks for messages from now on, over a new connection. */
  ask(): void {
    this.asked = this.log.restores;
  }

  /** Moves the position past a message, and checks that the message follows it. */
  advance(entry: NewMessage, transport: string): void {
    const observer = `${this.readerName} over ${transport}`;
    const { seq, room } = entry;
    if (seq !== this.seq + 1) {
      const kind = seq <= this.seq ? 'duplicate' : 'loss';
      this.findings.add(kind, `${observer} received ${room}:${seq} after ${room}:${this.seq} (I4).`);
    }
    this.log.observe(entry, observer, this.asked);
    if (seq === this.seq + 1 && !this.log.follows(entry, this.cursor)) {
      this.findings.add(
        'loss',
        `${observer} received ${entry.cursor} after ${this.cursor}, without a reset (I4).`,
      );
    }
    if (seq <= this.seq) return;
    this.seq = seq;
    this.cursor = entry.cursor;
  }

  /** Moves the position into another history. Only a restored backup may cause that (I4). */
  reset(reset: Reset, transport: string): void {
    if (!this.isLost) {
      this.findings.add(
        'loss',
        `${this.readerName} over ${transport} was reset at ${this.cursor}: ${JSON.stringify(reset)}.`,
      );
    }
    this.cursor = reset.cursor;
    this.seq = seqOf(reset.cursor);
  }
}
