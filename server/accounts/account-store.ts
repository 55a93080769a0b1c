import type { Credential, NewCredential } from './credential';

/** The limits of an account's sessions. */
export interface SessionLimits {
  /** The most sessions. */
  max: number;
  /** Sessions last used before this have expired, in ms since 1970. */
  expiredBefore: number;
}

/** Where the passwords, sessions and tokens of accounts are stored: as hashes. */
export interface AccountStore {
  /** Returns the hash of a visitor's password, if it has one. */
  passwordOf(visitor: string): Promise<string | undefined>;
  /**
   * Stores the hash of a password and, in the same transaction, a session if one is given.
   * @param previousHash the hash that it replaces, if there is one.
   * @param remainingSession the id of a session of the account: all others are ended. Without it, none is.
   * @returns `name_missing` if the visitor has no name to sign in to, or `password_changed` if the stored hash is not
   *   `previousHash`.
   */
  setPassword(
    visitor: string,
    previousHash: string | undefined,
    hash: string,
    session?: NewCredential,
    remainingSession?: string,
  ): Promise<'done' | 'name_missing' | 'password_changed'>;
  /** Returns the visitor that has a name with this skeleton; see `skeletonOf`. */
  visitorOf(skeleton: string): Promise<string | undefined>;
  /**
   * Adds a session that a password opens. Ends the account's expired sessions and, beyond the limit, those used longest
   * ago.
   * @param password the hash that the password was checked with.
   * @returns `password_changed` if that is not the stored hash.
   */
  addSession(
    visitor: string,
    session: NewCredential,
    limits: SessionLimits,
    password: string,
  ): Promise<'done' | 'password_changed'>;
  /** Adds a token. @returns `limit_reached` if the account has `max` tokens. */
  addToken(visitor: string, token: NewCredential, max: number): Promise<'done' | 'limit_reached'>;
  /**
   * Returns the tokens of an account, and its sessions that have not expired, the oldest first.
   * @param expiredBefore see {@link SessionLimits}.
   */
  credentialsOf(visitor: string, expiredBefore: number): Promise<Credential[]>;
  /** Removes a session or token of a visitor. @returns `not_found` if the visitor has none with this id. */
  revokeCredential(visitor: string, id: string): Promise<'done' | 'not_found'>;
}
