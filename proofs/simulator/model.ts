import { kindOf } from '../../server/entry-kinds';
import { formatCursor } from '../../server/log/cursor';
import { entryOf, erased, isEntryOf, targetOf } from '../../server/log/entry';
import type { AppendResult, Conflict, Draft, LogSlice } from '../../server/log/store';
import type { Entry } from '../../server/wire';

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

/** One history: its rooms, by name. */
type History = Map<string, RoomModel>;

/** The committed state of the log, as a store without faults contains it: the reference for the checker. */
export class LogModel {
  epoch = 'e1';
  private readonly histories = new Map<string, History>([[this.epoch, new Map()]]);

  /** Returns a room, in the present history unless another epoch is given. */
  room(name: string, epoch = this.epoch): RoomModel {
    const history = this.histories.get(epoch) ?? (new Map() as History);
    let room = history.get(name);
    if (!room) {
      room = { earliest: 0, at: '', entries: [], appended: [], seqs: new Map() };
      history.set(name, room);
    }
    return room;
  }

  /** Returns the names of the rooms with entries, sorted. */
  roomNames(): string[] {
    const rooms = [...this.histories.get(this.epoch)!].filter(([, { appended }]) => appended.length > 0);
    return rooms.map(([name]) => name).sort();
  }

  /** Returns some of a room's entries. @param select gets all of them, and the seq before the first that is not trimmed. */
  slice(name: string, select: (entries: Entry[], earliest: number) => Entry[]): LogSlice {
    const { earliest, at, entries } = this.room(name);
    const head = entries.length;
    return { epoch: this.epoch, earliest, head, at: Date.parse(at) || 0, entries: select(entries, earliest) };
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
   * Goes back to an older state, with a new epoch.
   * @param lost how many of the newest entries of each room it lacks.
   * @returns the names of all rooms.
   */
  restore(lost: number): string[] {
    const previous = this.histories.get(this.epoch)!;
    this.epoch = `e${this.histories.size + 1}`;
    this.histories.set(this.epoch, new Map());
    for (const [name, { earliest, appended }] of previous) {
      const remaining = appended.slice(0, Math.max(earliest, appended.length - lost));
      for (const entry of remaining) this.append(entry, entry);
      this.trim(name, earliest);
    }
    return [...previous.keys()];
  }

  /** Appends an entry, and removes the body of the entry that it erases. */
  private append({ type, room: name, ...fields }: Pick<Entry, DraftField>, body: object): Entry {
    const room = this.room(name);
    const seq = room.entries.length + 1;
    const entry = entryOf(type, { ...fields, room: name, cursor: formatCursor(this.epoch, seq), seq }, body);
    room.entries.push(entry);
    room.appended.push(entry);
    room.seqs.set(entry.id, seq);
    room.at = entry.at;
    const target = room.seqs.get(targetOf(entry) ?? '');
    if (target) room.entries[target - 1] = erased(room.entries[target - 1]!)!;
    return entry;
  }
}
