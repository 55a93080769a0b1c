import { kindOf } from '../../server/entry-kinds';
import { formatCursor } from '../../server/log/cursor';
import { erased, entryOf, isEntryOf, targetOf } from '../../server/log/entry';
import type { AppendResult, Conflict, Draft, LogHead, LogSlice, Store } from '../../server/log/store';
import type { Entry } from '../../server/wire';
import type { Scheduler } from './scheduler';

/** A room as it was committed; entries are at the index of their seq - 1. */
interface Room {
  /** The seq before the first entry that is kept. */
  earliest: number;
  at: string;
  /** The entries as they are now, and as they were appended. */
  entries: Entry[];
  appended: Entry[];
  seqs: Map<string, number>;
}

/** What its writer makes of an entry. */
type Written = 'type' | 'room' | 'id' | 'visitor' | 'username' | 'at';

/** One history of all rooms. */
type History = Map<string, Room>;

/** What the store throws, whether it has committed or not. One for all: a stack costs more than a step. */
export const FAILURE = new Error('The store fails.');

/**
 * A store in memory that takes every liberty that the interface leaves it:
 * - A read sees one committed moment between its call and its answer, and is answered at any later time, or fails.
 * - A commit happens at any time after its call, or never, and is answered at any later time. The answer may be lost: an
 *   error is thrown after the commit.
 * - The bell of a commit rings once or twice, before or after the answer. It may never ring, but only when the answer
 *   was lost as well, as when a connection is cut: a log hears of every other commit by an answer or a bell.
 * - Another process may commit messages; its bells may be late, too, but come.
 * - History may be trimmed at its beginning, and replaced by an older state under another epoch, as by a restore.
 */
export class ModelStore implements Store {
  epoch = 'e1';
  private readonly histories = new Map<string, History>([[this.epoch, new Map()]]);
  private readonly bells: ((room: string) => void)[] = [];

  constructor(private readonly scheduler: Scheduler) {}

  append(drafts: readonly Draft[], at: Date): Promise<(AppendResult | Conflict)[]> {
    return new Promise((resolve, reject) => {
      this.scheduler.add(`commit ${drafts.map(({ id }) => id).join()}`, (how) => {
        const fate = how % 16;
        if (fate === 15) return reject(FAILURE);
        const results = this.commit(drafts, at);
        const isLost = fate === 14 || fate === 13;
        if (fate !== 13) this.ringFor(results, how >> 4);
        const answer = () => (isLost ? reject(FAILURE) : resolve(results));
        if ((how >> 6) & 1) this.scheduler.add(`answer ${drafts.map(({ id }) => id).join()}`, answer);
        else answer();
      });
    });
  }

  rooms(): Promise<string[]> {
    return this.read('list the rooms', () => {
      const names = [...this.histories.get(this.epoch)!].filter(([, { appended }]) => appended.length > 0);
      return names.map(([name]) => name).sort();
    });
  }

  head(room: string): Promise<LogHead> {
    return this.read(`read the head of ${room}`, () => this.slice(room, () => []));
  }

  after(room: string, seq: number, limit: number): Promise<LogSlice> {
    return this.read(`read ${room} after ${seq}`, () =>
      this.slice(room, (entries, earliest) => {
        const from = Math.max(seq, earliest);
        return entries.slice(from, from + limit);
      }),
    );
  }

  before(room: string, seq: number, limit: number): Promise<LogSlice> {
    return this.read(`read ${room} before ${seq}`, () =>
      this.slice(room, (entries, earliest) => {
        const end = Math.min(seq - 1, entries.length);
        return entries.slice(Math.max(earliest, end - limit), Math.max(earliest, end));
      }),
    );
  }

  historyBefore(room: string, seq: number, limit: number): Promise<LogSlice> {
    return this.read(`read ${room} before ${seq}, history only`, () =>
      this.slice(room, (entries, earliest) =>
        newestHistory(entries.slice(earliest, Math.max(earliest, seq - 1)), limit),
      ),
    );
  }

  firstOfNewest(room: string, count: number): Promise<number | undefined> {
    return this.read(`find the newest ${count} of ${room}`, () => {
      const { earliest, entries } = this.room(room);
      return newestHistory(entries.slice(earliest), count)[0]?.seq;
    });
  }

  find(room: string, id: string): Promise<Entry | undefined> {
    return this.read(`find ${id}`, () => {
      const { entries, seqs, earliest } = this.room(room);
      const seq = seqs.get(id) ?? 0;
      return seq > earliest ? entries[seq - 1] : undefined;
    });
  }

  onCommit(ring: (room: string) => void): void {
    this.bells.push(ring);
  }

  /** What was committed to a room, at this moment. @param epoch of another history than the present one, or of none. */
  room(name: string, epoch = this.epoch): Room {
    const history = this.histories.get(epoch) ?? (new Map() as History);
    let room = history.get(name);
    if (!room) {
      room = { earliest: 0, at: '', entries: [], appended: [], seqs: new Map() };
      history.set(name, room);
    }
    return room;
  }

  /** Commits at once, as another process does. */
  commitElsewhere(drafts: readonly Draft[], how: number): void {
    this.ringFor(this.commit(drafts, new Date()), how);
  }

  /** Drops the oldest entries of a room. @param earliest the seq before the first that is kept. */
  trim(name: string, earliest: number): void {
    const room = this.room(name);
    room.earliest = Math.max(room.earliest, Math.min(earliest, room.entries.length));
  }

  /** Goes back to an older state, of which the newest entries are missing, under another epoch. */
  restore(missing: number): void {
    const old = this.histories.get(this.epoch)!;
    this.epoch = `e${this.histories.size + 1}`;
    this.histories.set(this.epoch, new Map());
    for (const [name, { earliest, appended }] of old) {
      const kept = appended.slice(0, Math.max(earliest, appended.length - missing));
      for (const entry of kept) this.insert(entry, entry);
      this.trim(name, earliest);
      this.ring(name, 1);
    }
  }

  private read<T>(name: string, look: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.scheduler.add(name, (how) => {
        if (how % 32 === 31) return reject(FAILURE);
        const seen = look();
        if (how % 2 === 1) this.scheduler.add(`answer ${name}`, () => resolve(seen));
        else resolve(seen);
      });
    });
  }

  private slice(name: string, part: (entries: Entry[], earliest: number) => Entry[]): LogSlice {
    const { earliest, at, entries } = this.room(name);
    const head = entries.length;
    return { epoch: this.epoch, earliest, head, at: Date.parse(at) || 0, entries: part(entries, earliest) };
  }

  private commit(drafts: readonly Draft[], at: Date): (AppendResult | Conflict)[] {
    const iso = at.toISOString();
    return drafts.map((draft) => {
      const { room: name, id } = draft;
      const { entries, seqs } = this.room(name);
      const known = entries[(seqs.get(id) ?? 0) - 1];
      if (known) return isEntryOf(known, draft) ? { entry: known, repeated: true } : 'id_taken';
      const target = kindOf(draft.type)?.erases?.(draft.body);
      if (target !== undefined) {
        const entry = entries[(seqs.get(target) ?? 0) - 1];
        if (!entry || !erased(entry)) return 'target_missing';
      }
      return { entry: this.insert({ ...draft, at: iso }, draft.body), repeated: false };
    });
  }

  /** Writes an entry at the head, and takes the body out of the one that it erases. */
  private insert({ type, room: name, ...rest }: Pick<Entry, Written>, body: object): Entry {
    const room = this.room(name);
    const seq = room.entries.length + 1;
    const entry = entryOf(type, { ...rest, room: name, cursor: formatCursor(this.epoch, seq), seq }, body);
    room.entries.push(entry);
    room.appended.push(entry);
    room.seqs.set(entry.id, seq);
    room.at = entry.at;
    const target = room.seqs.get(targetOf(entry) ?? '');
    if (target) room.entries[target - 1] = erased(room.entries[target - 1]!)!;
    return entry;
  }

  private ringFor(results: readonly (AppendResult | Conflict)[], how: number): void {
    const grown = new Set<string>();
    for (const one of results) if (typeof one === 'object' && !one.repeated) grown.add(one.entry.room);
    for (const room of grown) this.ring(room, how);
  }

  /** @param how 0 at once, 1 later, 2 at once and again later, 3 twice later. */
  private ring(room: string, how: number): void {
    const ring = (): void => this.bells.forEach((bell) => bell(room));
    const later = [0, 1, 1, 2][how % 4]!;
    if (how % 2 === 0) ring();
    for (let i = 0; i < later; i += 1) this.scheduler.add(`bell of ${room}`, ring);
  }
}

function newestHistory(entries: Entry[], count: number): Entry[] {
  const history = entries.filter(({ type }) => kindOf(type)?.isInHistory);
  return history.slice(Math.max(0, history.length - count));
}
