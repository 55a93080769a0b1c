import type { NewMessage } from '../../server/wire';
import type { Findings } from './findings';
import { print } from './observed-log';
import { hash } from './random-source';

/** Something said, under an id of the writer's own. */
export interface Draft {
  room: string;
  id: string;
  message: string;
}

interface Line {
  room: string;
  /** Of the message's text. */
  body: number;
  /** The largest seq that was acknowledged in this room before this was first sent (I6). */
  floor: number;
  state: 'unknown' | 'ok' | 'refused';
  /** What the acknowledgement said, of one that is `ok`. */
  seq: number;
  print: number;
}

/** What was sent under each id, and what became of it as far as its writers know. */
export class Ledger {
  acknowledged = 0;
  refused = 0;
  private readonly lines = new Map<string, Line>();
  private readonly highest = new Map<string, number>();

  constructor(private readonly findings: Findings) {}

  /** Notes a draft before it is sent for the first time; from here on it is unknown. */
  sending({ room, id, message }: Draft): void {
    const floor = this.highest.get(room) ?? 0;
    this.lines.set(id, { room, body: hash(message), floor, state: 'unknown', seq: 0, print: 0 });
  }

  /** Notes an acknowledgement, and holds it against what is known. */
  ok(draft: Draft, entry: NewMessage, way: string): void {
    const line = this.lines.get(draft.id)!;
    const at = `${draft.id} over ${way}`;
    if (entry.id !== draft.id || entry.message !== draft.message || entry.room !== draft.room) {
      return this.findings.add('answer', `${at} was acknowledged with ${JSON.stringify(entry)}.`);
    }
    if (line.state === 'ok' && (line.seq !== entry.seq || line.print !== print(entry))) {
      return this.findings.add('double', `${at} was acknowledged at ${line.seq} and at ${entry.seq} (I1).`);
    }
    if (line.state === 'refused') this.findings.add('answer', `${at} was refused, and then acknowledged.`);
    if (entry.seq <= line.floor) {
      this.findings.add(
        'disorder',
        `${at} has seq ${entry.seq}, and was sent after the ack of ${line.floor} (I6).`,
      );
    }
    if (line.state !== 'ok') this.acknowledged += 1;
    Object.assign(line, { state: 'ok', seq: entry.seq, print: print(entry) });
    if (entry.seq > (this.highest.get(draft.room) ?? 0)) this.highest.set(draft.room, entry.seq);
  }

  /** Notes that a draft was refused for good. */
  refuse({ id }: Draft, way: string): void {
    const line = this.lines.get(id)!;
    if (line.state === 'ok')
      this.findings.add('answer', `${id} over ${way} was acknowledged, and then refused.`);
    if (line.state === 'unknown') this.refused += 1;
    line.state = 'refused';
  }

  /** How many of those that were sent have no answer. */
  get unknown(): number {
    return this.lines.size - this.acknowledged - this.refused;
  }

  /** Holds a room's whole log, read at the end, against all that was said in it (I1, I2, I3, I6). */
  settle(room: string, log: readonly NewMessage[]): void {
    const present = new Map<string, number>();
    log.forEach((entry, i) => {
      const line = this.lines.get(entry.id);
      const at = `${room}:${entry.seq} ${entry.id}`;
      if (entry.seq !== i + 1) this.findings.add('loss', `${at} stands at the place of ${i + 1}.`);
      if (present.has(entry.id))
        this.findings.add('double', `${at} is at ${present.get(entry.id)} as well (I1, I2).`);
      present.set(entry.id, entry.seq);
      if (!line || line.room !== room)
        return this.findings.add('stranger', `${at} was never said here (I3).`);
      if (line.state === 'refused') this.findings.add('stranger', `${at} was refused (I3).`);
      if (line.body !== hash(entry.message)) this.findings.add('stranger', `${at} has another text (I3).`);
      if (line.state === 'ok' && (line.seq !== entry.seq || line.print !== print(entry))) {
        this.findings.add('disorder', `${at} was acknowledged as ${line.seq}.`);
      }
      if (entry.seq <= line.floor)
        this.findings.add('disorder', `${at} was sent after the ack of ${line.floor} (I6).`);
    });
    for (const [id, { room: where, state, seq }] of this.lines) {
      if (where === room && state === 'ok' && !present.has(id)) {
        this.findings.add('loss', `${id} was acknowledged at ${room}:${seq}, and is not there (I1).`);
      }
    }
  }
}
