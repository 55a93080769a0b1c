import { kindOf } from '../../server/entry-kinds';
import { parseCursor, type Position } from '../../server/log/cursor';
import { UNREAD_MAX } from '../../server/log/store';
import type {
  AppendResult,
  Conflict,
  Draft,
  HeadMark,
  LogHead,
  LogSlice,
  Overview,
  Store,
} from '../../server/log/store';
import type { Entry } from '../../server/wire';
import type { Bells } from './bells';
import type { LogModel } from './model';
import type { Scheduler } from './scheduler';

/** The error of every failure, whether or not the commit happened. It is one object, because to capture a stack costs more than a step. */
export const STORE_FAILURE = new Error('The store fails.');

/**
 * A store in memory, as one node sees it, that does whatever its interface allows:
 * - A read returns the state of one moment between its call and its answer, at any later time, or fails.
 * - A commit happens at any time after its call, or never, and is answered at any later time. The answer may be lost: an
 *   error is thrown after the commit.
 * - The bell of a commit rings as {@link Bells} says, before or after the answer. If the store is not shared, it may be
 *   lost only with the answer, as when a connection is cut: every other commit reaches the log by an answer or a bell.
 * - Another process may commit messages.
 * - History may be trimmed at its beginning, and replaced by an older state, as by a restore or a failover.
 */
export class SimulatedStore implements Store {
  /** Only a shared store has this method. */
  readonly heads?: (rooms: readonly string[]) => Promise<Map<string, HeadMark>>;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly model: LogModel,
    private readonly bells: Bells,
    isShared: boolean,
  ) {
    if (isShared) this.heads = (rooms) => this.readHeads(rooms);
  }

  append(drafts: readonly Draft[], at: Date): Promise<(AppendResult | Conflict)[]> {
    const ids = drafts.map(({ id }) => id).join();
    return new Promise((resolve, reject) => {
      this.scheduler.add(`commit ${ids}`, (variant) => {
        const outcome = variant % 16;
        if (outcome === 15) return reject(STORE_FAILURE);
        const results = this.model.commit(drafts, at);
        const isAnswerLost = outcome === 14 || outcome === 13;
        if (outcome !== 13) this.ringForResults(results, variant >> 4);
        const answer = () => (isAnswerLost ? reject(STORE_FAILURE) : resolve(results));
        const isDelayed = (variant >> 6) & 1;
        if (isDelayed) this.scheduler.add(`answer ${ids}`, answer);
        else answer();
      });
    });
  }

  rooms(): Promise<string[]> {
    return this.read('list the rooms', () => this.model.roomNames());
  }

  head(room: string): Promise<LogHead> {
    return this.read(`read the head of ${room}`, () => this.model.slice(room, () => []));
  }

  overview(read: ReadonlyMap<string, number>, reader: string): Promise<Map<string, Overview>> {
    return this.read(`look at ${[...read.keys()].join()}`, () => {
      const overviews = [...read].map(([room, seq]): [string, Overview] => {
        const slice = this.model.slice(room, (all) => newestHistory(all, UNREAD_MAX));
        const { entries, epoch, head, hash, at } = slice;
        const unread = entries.filter((entry) => entry.seq > seq && entry.visitor !== reader).length;
        return [room, { head: { epoch, seq: head, hash }, at, newest: entries.at(-1), unread }];
      });
      return new Map(overviews);
    });
  }

  after(room: string, seq: number, limit: number): Promise<LogSlice> {
    return this.read(`read ${room} after ${seq}`, () =>
      this.model.slice(
        room,
        (entries, earliest) => {
          const start = Math.max(seq, earliest);
          return entries.slice(start, start + limit);
        },
        seq,
      ),
    );
  }

  before(room: string, seq: number, limit: number): Promise<LogSlice> {
    return this.read(`read ${room} before ${seq}`, () =>
      this.model.slice(room, (entries, earliest) => {
        const end = Math.min(seq - 1, entries.length);
        return entries.slice(Math.max(earliest, end - limit), Math.max(earliest, end));
      }),
    );
  }

  historyBefore(room: string, seq: number, limit: number): Promise<LogSlice> {
    return this.read(`read ${room} before ${seq}, history only`, () =>
      this.model.slice(
        room,
        (entries, earliest) => newestHistory(entries.slice(earliest, Math.max(earliest, seq - 1)), limit),
        seq,
        seq - 1,
      ),
    );
  }

  startOfNewest(room: string, count: number): Promise<Position | undefined> {
    return this.read(`find the newest ${count} of ${room}`, () => {
      const { earliest, entries } = this.model.room(room);
      const first = newestHistory(entries.slice(earliest), count)[0];
      return first && parseCursor(this.model.cursorAt(room, first.seq - 1));
    });
  }

  find(room: string, id: string): Promise<Entry | undefined> {
    return this.read(`find ${id}`, () => this.model.find(room, id));
  }

  onCommit(ring: (room: string) => void): void {
    this.bells.add(ring);
  }

  /** Commits at once, as another process does. @param variant picks when the bells ring. */
  commitElsewhere(drafts: readonly Draft[], variant: number): void {
    this.ringForResults(this.model.commit(drafts, new Date()), variant);
  }

  /** Restores a backup; see {@link LogModel.restore}. */
  restore(lost: number, isOtherDatabase: boolean): void {
    for (const room of this.model.restore(lost, isOtherDatabase)) this.bells.ring(room, 1);
  }

  private read<T>(name: string, run: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.scheduler.add(name, (variant) => {
        if (variant % 32 === 31) return reject(STORE_FAILURE);
        const result = run();
        const isDelayed = variant % 2 === 1;
        if (isDelayed) this.scheduler.add(`answer ${name}`, () => resolve(result));
        else resolve(result);
      });
    });
  }

  private ringForResults(results: readonly (AppendResult | Conflict)[], variant: number): void {
    const grown = new Set<string>();
    for (const result of results) {
      if (typeof result === 'object' && !result.repeated) grown.add(result.entry.room);
    }
    for (const room of grown) this.bells.ring(room, variant);
  }

  private readHeads(rooms: readonly string[]): Promise<Map<string, HeadMark>> {
    return this.read(`read the heads of ${rooms.join()}`, () => {
      return new Map(rooms.map((room) => [room, this.model.slice(room, () => [])]));
    });
  }
}

function newestHistory(entries: Entry[], count: number): Entry[] {
  const history = entries.filter(({ type }) => kindOf(type)?.isInHistory);
  return history.slice(Math.max(0, history.length - count));
}
