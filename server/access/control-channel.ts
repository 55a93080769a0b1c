import type { ChangeRoom, ChangeUsername, NewContact, RemoveContact } from '../wire';

/** A visitor's access may have changed: by a ban, a role, the end of a membership, or a change of credentials. */
export interface ChangeAccess {
  type: 'change_access';
  visitor: string;
  /** The addresses that were banned with the visitor. */
  addresses?: readonly string[];
}

/** Visitors have become members of a room. */
export interface ChangeMembers {
  type: 'change_members';
  visitors: readonly string[];
}

/** A committed change that every process must apply to its open connections. */
export type Change = ChangeAccess | ChangeMembers | ChangeUsername | ChangeRoom | NewContact | RemoveContact;

/**
 * Announces committed changes that are not log entries to all processes. Beside the log's bell, it is the only channel
 * between processes. If an announcement is lost, a visitor may stay connected until the next regular recheck.
 */
export interface ControlChannel {
  /**
   * Subscribes to changes.
   * @param handle applies a change to this process. A store waits for it before it acknowledges a change of its own, so
   *   an acknowledged ban has disconnected the visitor from this process.
   */
  onChange(handle: (change: Change) => void | Promise<void>): void;
  /**
   * Calls back when changes may have been missed, because this process was away for longer than they are kept: nothing
   * of them is known any more.
   */
  onMissed(handle: () => void): void;
}
