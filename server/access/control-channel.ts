import type { ChangeRoom, ChangeUsername, NewContact, RemoveContact } from '../wire';

/** Somebody's access may have changed: a ban, a role, or what authenticates an account. */
export interface ChangeAccess {
  type: 'change_access';
  visitor: string;
  /** The addresses that were banned along with them. */
  addresses?: readonly string[];
}

/** A committed change that processes hear of at once, because they keep open connections. */
export type Change = ChangeAccess | ChangeUsername | ChangeRoom | NewContact | RemoveContact;

/**
 * How processes learn of changes that are not entries of a log, whichever of them has committed the change: beside the
 * log's bell, the only way. A lost announcement may leave somebody connected until the next regular check.
 */
export interface ControlChannel {
  /**
   * Calls back after each change.
   * @param handle acts on it. Where this process has made the change, its store answers only when that is done: so an
   *   acknowledged ban has disconnected whoever is connected here.
   */
  onChange(handle: (change: Change) => void | Promise<void>): void;
}
