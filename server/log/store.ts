import type { Content } from '../entry-kinds';
import type { Entry, Role } from '../wire';
import type { AuditedAction } from './audited-action';
import type { Position } from './cursor';

/** An entry that is not stored yet. */
export type Draft = Content & {
  room: string;
  /** A UUID in lower case: the idempotency key. */
  id: string;
  visitor: string;
  username: string;
  /** The conditions of a privileged entry. */
  requires?: Requirements;
};

/** The conditions under which an entry may be appended, and the audit entry that is committed with it. */
export interface Requirements {
  /** Visitors and the roles that they must still have. */
  roles: readonly (readonly [visitor: string, role: Role])[];
  audit: AuditedAction;
}

/** The entry of a draft: a new one or, where `repeated`, the one that its id had already. */
export interface AppendResult {
  entry: Entry;
  repeated: boolean;
}

/**
 * Why a draft was not appended: its id belongs to another entry; the entry that it erases is missing or can't be
 * erased; or the role of a visitor has changed.
 */
export type Conflict = 'id_taken' | 'target_missing' | 'roles_changed';

/** The state of a room's log. */
export interface LogHead {
  epoch: string;
  /** The seq before the first entry that is kept. */
  earliest: number;
  /** The seq of the last entry; 0 in an empty room. */
  head: number;
  /** When that entry was accepted, in ms since 1970; 0 in an empty room. */
  at: number;
  /** Its hash, or that of the empty chain, as far as a cursor carries it. */
  hash: string;
}

/** What tells whether a room's log is still the same. */
export type HeadMark = Pick<LogHead, 'epoch' | 'head' | 'hash'>;

/** What a list of rooms shows of a room's log. */
export interface Overview {
  /** The position of its last entry. */
  head: Position & { hash: string };
  /** When that entry was accepted, in ms since 1970; 0 in an empty room. */
  at: number;
  /** The newest entry of history, as it stands now, if there is one. */
  newest?: Entry | undefined;
  /** How many of the newest {@link UNREAD_MAX} entries of history after a position are by others than its reader. */
  unread: number;
}

/** The most entries that are counted as unread. */
export const UNREAD_MAX = 100;

/** Consecutive entries of a room, and the state of its log when they were read. */
export interface LogSlice extends LogHead {
  /** In order of seq, without holes, unless they are history. */
  entries: Entry[];
  /**
   * Hashes of entries that are not among them, by seq and as far as a cursor carries them: of the one before the first,
   * and of those at the seq that was asked for and before it. It lacks those that the store does not have.
   */
  hashes: ReadonlyMap<number, string>;
}

/** The storage of all logs. Each backend implements this interface, and passes one contract suite. */
export interface Store {
  /**
   * Commits the drafts in one transaction, in order, and returns only when they are on the disk. Each is checked in
   * this order: a draft whose id the room has already takes no seq; then the roles that it requires; then the target
   * that it erases, which loses its body in the same transaction.
   * @returns the result of each draft.
   * @throws {Error} if it is not known whether they were committed.
   */
  append(drafts: readonly Draft[], at: Date): Promise<(AppendResult | Conflict)[]>;
  /**
   * Into how many rooms it appends at once, each in transactions of its own. Without it, a transaction has drafts of any
   * rooms, and one follows the other.
   */
  readonly parallelRooms?: number | undefined;
  /** Returns the names of all rooms that have entries, in order. */
  rooms(): Promise<string[]>;
  /** Returns the state of a room's log. */
  head(room: string): Promise<LogHead>;
  /**
   * Returns an overview of each of these rooms, all of one committed state.
   * @param read the rooms, with the seq up to which the reader has read each of them.
   * @param reader a visitor.
   */
  overview(read: ReadonlyMap<string, number>, reader: string): Promise<Map<string, Overview>>;
  /** Returns the entries with a larger seq than this one, from the oldest. */
  after(room: string, seq: number, limit: number): Promise<LogSlice>;
  /** Returns the newest `limit` entries with a smaller seq than this one. */
  before(room: string, seq: number, limit: number): Promise<LogSlice>;
  /**
   * Returns the newest `limit` entries of history with a smaller seq than this one: those of kinds that are in history,
   * as they stand now, with holes where other entries lie. It does not take longer if there are many of those.
   */
  historyBefore(room: string, seq: number, limit: number): Promise<LogSlice>;
  /** Returns the position before the newest `count` entries of history, if there are any. */
  startOfNewest(room: string, count: number): Promise<Position | undefined>;
  /** Returns the entry that has an id. */
  find(room: string, id: string): Promise<Entry | undefined>;
  /**
   * Calls back after each commit, also of another process, with each room that has grown. Of a shared store it is a
   * hint: it may call late, more than once, or never.
   */
  onCommit(ring: (room: string) => void): void;
  /**
   * Returns the state of each of these rooms. Only a shared store has this method: one that other processes write to as
   * well. Its reads see every commit that was acknowledged before them, on any node, and fail rather than never return.
   */
  heads?(rooms: readonly string[]): Promise<Map<string, HeadMark>>;
}
