import { kindOf } from '../../server/entry-kinds';
import { shorten, startOfChain } from '../../server/log/chain';
import { formatCursor, parseCursor, type Position } from '../../server/log/cursor';
import { entryOf, erased, isEntryOf, targetOf } from '../../server/log/entry';
import type { AppendResult, Conflict, Draft, LogSlice } from '../../server/log/store';
import type { Cursor, Entry } from '../../server/wire';

/** The committed entries of a room; an entry has the index of its seq - 1. */
interface RoomModel {
  /** The seq before the first entry that is not trimmed. */
  earliest: number;
  /** When the last entry was accepted, in ISO 8601. */
  at: string;
  /** The entries as they are now, and as they were appended. */
  entries: Entry[];
  appended: Entry[];
  seqs: Map<string, number>;
}

/** The fields of an entry that do not depend on its position. */
type DraftField = 'type' | 'room' | 'id' | 'visitor' | 'username' | 'at';

/** An entry as it was appended, with its body apart, and the cursor of the one before it. */
interface Committed {
  entry: Entry;
  body: object;
  previous: Cursor;
}

/** The committed state of the log, as a store without faults contains it: the reference for the checker. */
export class LogModel {
  epoch = 'e1';
  /** How often it went back to an older state. */
  restores = 0;
  /** The present history. */
  private rooms = new Map<string, RoomModel>();
  /** The entries of all histories, by their rooms and cursors. Histories share those from before a restore. */
  private readonly committed = new Map<string, Committed>();
  private hashes = 0;

  room(name: string): RoomModel {
    let room = this.rooms.get(name);
    if (!room) {
      room = { earliest: 0, at: '', entries: [], appended: [], seqs: new Map() };
      this.rooms.set(name, room);
    }
    return room;
  }

  /** Returns the entry that was ever committed at a cursor. */
  committedAt(room: string, cursor: Cursor): Committed | undefined {
    return this.committed.get(`${room} ${cursor}`);
  }

  /** Returns the cursors of all entries up to one, in its own history. */
  historyAt(room: string, cursor: Cursor): Set<Cursor> {
    const history = new Set<Cursor>();
    let next = this.committedAt(room, cursor);
    for (; next; next = this.committedAt(room, next.previous)) history.add(next.entry.cursor);
    return history;
  }

  /** Returns the cursor at a seq of the present history. */
  cursorAt(name: string, seq: number): Cursor {
    const start = formatCursor(this.epoch, 0, shorten(startOfChain(name).hash));
    return seq === 0 ? start : (this.room(name).appended[seq - 1]?.cursor ?? formatCursor(this.epoch, seq));
  }

  /** Whether a position is in the present history. */
  includes(name: string, { epoch, seq, hash }: Position): boolean {
    const { earliest, appended } = this.room(name);
    if (epoch !== this.epoch || seq > appended.length || seq < earliest) return false;
    return hash === undefined || hash === parseCursor(this.cursorAt(name, seq)).hash;
  }

  /** Returns the names of the rooms with entries, sorted. */
  roomNames(): string[] {
    const rooms = [...this.rooms].filter(([, { appended }]) => appended.length > 0);
    return rooms.map(([name]) => name).sort();
  }

  /**
   * Returns some of a room's entries.
   * @param select gets all of them, and the seq before the first that is not trimmed.
   * @param seqs those whose hashes the slice has, beside the one before its first entry.
   */
  slice(name: string, select: (entries: Entry[], earliest: number) => Entry[], ...seqs: number[]): LogSlice {
    const { earliest, at, entries } = this.room(name);
    const head = entries.length;
    const selected = select(entries, earliest);
    const known = [...seqs, (selected[0]?.seq ?? 0) - 1].filter(
      (seq) => seq >= earliest && seq > 0 && seq < head,
    );
    return {
      epoch: this.epoch,
      earliest,
      head,
      at: Date.parse(at) || 0,
      hash: this.hashAt(name, head),
      entries: selected,
      hashes: new Map(known.map((seq) => [seq, this.hashAt(name, seq)])),
    };
  }

  find(name: string, id: string): Entry | undefined {
    const { entries, seqs, earliest } = this.room(name);
    const seq = seqs.get(id) ?? 0;
    return seq > earliest ? entries[seq - 1] : undefined;
  }

  commit(drafts: readonly Draft[], at: Date): (AppendResult | Conflict)[] {
    const acceptedAt = at.toISOString();
    return drafts.map((draft) => {
      const { room: name, id } = draft;
      const { entries, seqs } = this.room(name);
      const known = entries[(seqs.get(id) ?? 0) - 1];
      if (known) return isEntryOf(known, draft) ? { entry: known, repeated: true } : 'id_taken';
      const targetId = kindOf(draft.type)?.erases?.(draft.body);
      if (targetId !== undefined) {
        const target = entries[(seqs.get(targetId) ?? 0) - 1];
        if (!target || !erased(target)) return 'target_missing';
      }
      return { entry: this.append({ ...draft, at: acceptedAt }, draft.body), repeated: false };
    });
  }

  /** Removes the oldest entries of a room. @param earliest the seq before the first that remains. */
  trim(name: string, earliest: number): void {
    const room = this.room(name);
    room.earliest = Math.max(room.earliest, Math.min(earliest, room.entries.length));
  }

  /**
   * Goes back to an older state of the database, or of a database with another epoch.
   * @param lost how many of the newest entries of each room it lacks.
   * @returns the names of all rooms.
   */
  restore(lost: number, isOtherDatabase: boolean): string[] {
    const previous = this.rooms;
    this.restores += 1;
    if (isOtherDatabase) this.epoch = `e${this.restores + 1}`;
    this.rooms = new Map();
    for (const [name, { earliest, appended }] of previous) {
      const remaining = appended.slice(0, Math.max(earliest, appended.length - lost));
      for (const entry of remaining) {
        const { body } = this.committedAt(name, entry.cursor)!;
        this.append(entry, body, parseCursor(entry.cursor).hash);
      }
      this.trim(name, earliest);
    }
    return [...previous.keys()];
  }

  private hashAt(name: string, seq: number): string {
    return parseCursor(this.cursorAt(name, seq)).hash!;
  }

  /** Appends an entry, and removes the body of the entry that it erases. @param hash that of no other entry by default. */
  private append(
    { type, room: name, ...fields }: Pick<Entry, DraftField>,
    body: object,
    hash = (this.hashes += 1).toString(16).padStart(12, '0'),
  ): Entry {
    const room = this.room(name);
    const seq = room.entries.length + 1;
    const cursor = formatCursor(this.epoch, seq, hash);
    const entry = entryOf(type, { ...fields, room: name, cursor, seq }, body);
    this.committed.set(`${name} ${cursor}`, { entry, body, previous: this.cursorAt(name, seq - 1) });
    room.entries.push(entry);
    room.appended.push(entry);
    room.seqs.set(entry.id, seq);
    room.at = entry.at;
    const target = room.seqs.get(targetOf(entry) ?? '');
    if (target) room.entries[target - 1] = erased(room.entries[target - 1]!)!;
    return entry;
  }
}
