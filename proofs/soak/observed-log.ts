import type { NewMessage } from '../../server/wire';
import type { LostEntry } from './backup';
import type { Findings } from './findings';
import { fnv1a } from './random-source';

/** An entry that a restored backup lacks. */
interface LostRecord {
  id: string;
  /** None until a reader has received it. */
  fingerprint: number | undefined;
  /** The cursor of the entry before it in its history. */
  previous: string;
  /** The number of the restore that lost it. */
  restore: number;
}

/** Hashes the fields of a message that must be the same for every reader. */
export function fingerprint({ cursor, visitor, username, message, at }: NewMessage): number {
  return fnv1a(`${cursor}\n${visitor}\n${username}\n${at}\n${message}`);
}

/** Returns the seq of a cursor; `earliest` is before the first. */
export function seqOf(cursor: string): number {
  return cursor === 'earliest' ? 0 : Number(cursor.split(':')[1]);
}

/**
 * The log of a room as readers have received it. Every reader must receive the same message at each seq (I5), unless an
 * older backup was restored in between: then the two messages are of different histories, which their cursors tell.
 * It stores one id, one cursor and one number for each message, whatever the size of the message.
 */
export class ObservedLog {
  /** How many older backups were restored. */
  restores = 0;
  private readonly ids: string[] = [];
  private readonly fingerprints: number[] = [];
  private readonly cursors: (string | undefined)[] = [];
  /** By their cursors. */
  private readonly lost = new Map<string, LostRecord>();
  private epoch = '';

  constructor(
    readonly room: string,
    private readonly findings: Findings,
  ) {}

  /** The highest seq that any reader has received of the present history. */
  get head(): number {
    return Math.max(0, this.ids.length - 1);
  }

  /** Returns the cursor of a seq that was received, or of 0. */
  cursor(seq: number): string {
    return this.cursors[seq] ?? `${this.epoch}:${seq}`;
  }

  /** Returns the cursor of the last message up to a seq whose cursor is known. */
  knownCursor(seq: number): string {
    let known = seq;
    while (known > 0 && this.cursors[known] === undefined) known -= 1;
    return this.cursor(known);
  }

  /** Whether a cursor is of an entry that a restored backup lacks. */
  isLost(cursor: string): boolean {
    return this.lost.has(cursor);
  }

  /**
   * Notes that an older backup was restored.
   * @param head the seq that the backup ends with, and its cursor.
   * @param entries what the database had after it.
   */
  restore({ seq: head, cursor }: { seq: number; cursor: string }, entries: readonly LostEntry[]): void {
    this.restores += 1;
    let previous = cursor;
    for (const entry of entries) {
      const { seq, id } = entry;
      const received = this.cursors[seq];
      if (received !== undefined && received !== entry.cursor) {
        this.findings.add('phantom', `${received} was delivered, and ${entry.cursor} is stored.`);
      }
      this.lost.set(entry.cursor, {
        id,
        fingerprint: this.ids[seq] ? this.fingerprints[seq] : undefined,
        previous,
        restore: this.restores,
      });
      previous = entry.cursor;
    }
    if (this.head > head + entries.length) {
      this.findings.add('phantom', `${this.cursor(this.head)} was delivered, and is not stored.`);
    }
    for (const list of [this.ids, this.fingerprints, this.cursors]) {
      list.length = Math.min(list.length, head + 1);
    }
  }

  /**
   * Compares a message with the one that others received with its cursor.
   * @param observer names its reader in findings.
   * @param asked how many backups were restored when the reader asked for messages.
   */
  observe(entry: NewMessage, observer: string, asked = this.restores): void {
    const { seq, id, cursor, room } = entry;
    this.epoch ||= cursor.slice(0, cursor.indexOf(':'));
    if (room !== this.room || !cursor.startsWith(`${this.epoch}:${seq}:`)) {
      this.findings.add('reordering', `${observer} in ${this.room} received ${JSON.stringify(entry)}.`);
      return;
    }
    const record = this.lost.get(cursor);
    if (record) return this.observeLost(entry, record, observer, asked);
    while (this.ids.length <= seq) this.ids.push('');
    if (this.ids[seq] === '') {
      this.ids[seq] = id;
      this.fingerprints[seq] = fingerprint(entry);
    }
    const known = (this.cursors[seq] ??= cursor);
    if (this.ids[seq] !== id || this.fingerprints[seq] !== fingerprint(entry) || known !== cursor) {
      this.findings.add(
        'reordering',
        `${observer} received ${id} at ${room}:${seq}, others ${this.ids[seq]} (I5).`,
      );
    }
  }

  /** Whether a message comes after the cursor of the seq before it in one history; anything comes after the beginning. */
  follows({ seq, cursor }: NewMessage, previous: string): boolean {
    if (seq === 1) return true;
    const known = this.lost.get(cursor)?.previous ?? (this.cursors[seq - 1] ??= previous);
    return known === previous;
  }

  /** Only a reader that asked before the restore may still receive what it lost. */
  private observeLost(entry: NewMessage, record: LostRecord, observer: string, asked: number): void {
    const { id, cursor } = entry;
    record.fingerprint ??= fingerprint(entry);
    if (record.id !== id || record.fingerprint !== fingerprint(entry)) {
      this.findings.add('reordering', `${observer} received ${id} at ${cursor}, others ${record.id} (I5).`);
    }
    if (asked >= record.restore) {
      this.findings.add('phantom', `${observer} asked after the restore that lost ${cursor}, and got it.`);
    }
  }
}
