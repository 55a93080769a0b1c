import type { NewMessage } from '../../server/wire';
import type { Findings } from './findings';
import { hash } from './random-source';

/** All that must be the same for every reader of a message, as one number. */
export function print({ visitor, username, message, at }: NewMessage): number {
  return hash(`${visitor}\n${username}\n${at}\n${message}`);
}

/**
 * What stands at each seq of a room, as the first who saw it told: everybody else must see the same (I5).
 * It holds an id and a number for each message, whatever the messages' size.
 */
export class History {
  private readonly ids: string[] = [];
  private readonly prints: number[] = [];
  private epoch = '';

  constructor(
    readonly room: string,
    private readonly findings: Findings,
  ) {}

  /** The largest seq that anybody saw. */
  get head(): number {
    return Math.max(0, this.ids.length - 1);
  }

  /** The cursor of a seq that was seen, or of 0. */
  cursor(seq: number): string {
    return `${this.epoch}:${seq}`;
  }

  /** @param who saw it, for the evidence. */
  see(entry: NewMessage, who: string): void {
    const { seq, id, cursor, room } = entry;
    this.epoch ||= cursor.slice(0, cursor.indexOf(':'));
    if (room !== this.room || cursor !== `${this.epoch}:${seq}`) {
      return this.findings.add('disorder', `${who} in ${this.room} was told ${JSON.stringify(entry)}.`);
    }
    while (this.ids.length <= seq) this.ids.push('');
    if (this.ids[seq] === '') {
      this.ids[seq] = id;
      this.prints[seq] = print(entry);
    } else if (this.ids[seq] !== id || this.prints[seq] !== print(entry)) {
      this.findings.add('disorder', `${who} saw ${id} at ${room}:${seq}, others ${this.ids[seq]} (I5).`);
    }
  }
}
