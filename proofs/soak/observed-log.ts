import type { NewMessage } from '../../server/wire';
import type { Findings } from './findings';
import { fnv1a } from './random-source';

/** Hashes the fields of a message that must be the same for every reader. */
export function fingerprint({ cursor, visitor, username, message, at }: NewMessage): number {
  return fnv1a(`${cursor}\n${visitor}\n${username}\n${at}\n${message}`);
}

/** Returns the seq of a cursor; `earliest` is before the first. */
export function seqOf(cursor: string): number {
  return cursor === 'earliest' ? 0 : Number(cursor.split(':')[1]);
}

/**
 * The log of a room as readers have received it. Every reader must receive the same message at each seq (I5).
 * It stores one id, one cursor and one number for each message, whatever the size of the message.
 */
export class ObservedLog {
  private readonly ids: string[] = [];
  private readonly fingerprints: number[] = [];
  private readonly cursors: string[] = [];
  private epoch = '';

  constructor(
    readonly room: string,
    private readonly findings: Findings,
  ) {}

  /** The highest seq that any reader has received. */
  get head(): number {
    return Math.max(0, this.ids.length - 1);
  }

  /** Returns the cursor of a seq that was received, or of 0. */
  cursor(seq: number): string {
    return this.cursors[seq] ?? `${this.epoch}:${seq}`;
  }

  /** Compares a message with the one that others received at its seq. @param observer names its reader in findings. */
  observe(entry: NewMessage, observer: string): void {
    const { seq, id, cursor, room } = entry;
    this.epoch ||= cursor.slice(0, cursor.indexOf(':'));
    if (room !== this.room || !cursor.startsWith(`${this.epoch}:${seq}:`)) {
      this.findings.add('reordering', `${observer} in ${this.room} received ${JSON.stringify(entry)}.`);
      return;
    }
    while (this.ids.length <= seq) this.ids.push('');
    if (this.ids[seq] === '') {
      this.ids[seq] = id;
      this.fingerprints[seq] = fingerprint(entry);
      this.cursors[seq] = cursor;
    } else if (this.ids[seq] !== id || this.fingerprints[seq] !== fingerprint(entry)) {
      this.findings.add(
        'reordering',
        `${observer} received ${id} at ${room}:${seq}, others ${this.ids[seq]} (I5).`,
      );
    }
  }
}
