import type { Credential, NewCredential } from './credential';

/** How many sessions an account has at most, and since when they must have been used, in ms since 1970. */
export interface SessionLimits {
  max: number;
  expired: number;
}

/** Where accounts are stored. */
export interface AccountStore {
  /** Returns the hash of a visitor's password. */
  passwordOf(visitor: string): Promise<string | undefined>;
  /**
   * Stores the hash of a password and, in the same transaction, a session if one is given.
   * @param before the hash that it replaces, if there is one.
   * @param only if given, all sessions of the account but this one are ended.
   * @returns `password_changed` if the hash is no longer `before`; then nothing is changed.
   */
  setPassword(
    visitor: string,
    before: string | undefined,
    hash: string,
    session?: NewCredential,
    only?: string,
  ): Promise<'done' | 'password_changed'>;
  /** Returns who has a name with this skeleton. */
  visitorOf(skeleton: string): Promise<string | undefined>;
  /**
   * Adds a session, and ends the account's expired ones and those used longest ago beyond the limit.
   * @param password the hash of the password that opens it, if one does.
   * @returns `password_changed` if that is no longer the password; then nothing is changed.
   */
  addSession(
    visitor: string,
    session: NewCredential,
    limits: SessionLimits,
    password?: string,
  ): Promise<'done' | 'password_changed'>;
  /** Adds a token, unless the account has `max` already. */
  addToken(visitor: string, token: NewCredential, max: number): Promise<'done' | 'limit_reached'>;
  /** Returns tokens, and sessions last used since `expired`, in ms since 1970. */
  credentialsOf(visitor: string, expired: number): Promise<Credential[]>;
  /** Removes a session or token of a visitor. */
  revokeCredential(visitor: string, id: string): Promise<'done' | 'not_found'>;
}
