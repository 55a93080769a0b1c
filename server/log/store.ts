import type { Entry, Role } from '../wire';

/** A message on its way into a room. */
export interface Draft {
  room: string;
  /** A UUID in lower case. */
  id: string;
  visitor: string;
  username: string;
  message: string;
}

/** A message on its way out: its text goes from the store, and an entry of the log says so. */
export interface Deletion {
  room: string;
  /** The UUID of that entry. */
  id: string;
  /** Who deletes it. */
  visitor: string;
  username: string;
  /** The id of the message. */
  target: string;
  /** What the audit log says about it: the room and the name of the message's writer. */
  detail: string;
  /** Visitors and the roles by which they may delete it; nothing if it is the writer who does. */
  roles?: readonly (readonly [visitor: string, role: Role])[];
}

/** The entry of a draft: a new one or, where `repeated`, the one that its id had already. */
export interface AppendResult {
  entry: Entry;
  repeated: boolean;
}

/**
 * The draft's id is taken by another body, or there is no message to delete, any more; or the roles that allowed a
 * deletion have changed, and nothing was deleted.
 */
export type Conflict = 'conflict' | 'outdated';

/** A stretch of a room's log, and where the log stood at that moment. */
export interface LogSlice {
  epoch: string;
  /** The seq before the first entry that is kept. */
  earliest: number;
  /** The seq of the last entry; 0 in a room where nothing was said. */
  head: number;
  /** When that entry was taken in, in ms since 1970; 0 in such a room. */
  at: number;
  /** In order of seq; without holes, unless they are messages only. */
  entries: Entry[];
}

/** Where the log is kept. Each backend implements it, and passes one contract suite. */
export interface Store {
  /**
   * Commits the drafts in one transaction, in order, and returns only when they are on the disk.
   * A draft whose id the room has already takes no seq. A deletion is committed together with its row of the audit log.
   * @throws if it can't say that they are.
   */
  append(drafts: readonly (Draft | Deletion)[], at: Date): Promise<(AppendResult | Conflict)[]>;
  /** The entries with a larger seq than this one, from the oldest. */
  after(room: string, seq: number, limit: number): Promise<LogSlice>;
  /** The newest `limit` entries with a smaller seq than this one. */
  before(room: string, seq: number, limit: number): Promise<LogSlice>;
  /**
   * The newest `limit` messages with a smaller seq than this one that still exist: there are holes where other entries
   * lie. It takes as long however many of the entries are something else.
   */
  messagesBefore(room: string, seq: number, limit: number): Promise<LogSlice>;
  /** The seq of the oldest of the newest `count` messages that still exist, if there are any. */
  firstOfNewest(room: string, count: number): Promise<number | undefined>;
  /** The entry that has an id. */
  find(room: string, id: string): Promise<Entry | undefined>;
  /** Calls back after each commit, whoever made it, with each room that grew. */
  onCommit(ring: (room: string) => void): void;
}
