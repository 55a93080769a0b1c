import type { SessionLimits } from './account-store';
import type { NewCredential } from './credential';

/** A passkey: the public key of a pair whose private key is in a device or password manager. */
export interface Passkey {
  /** The WebAuthn credential id, base64url. */
  id: string;
  visitor: string;
  /** A COSE key, base64url. */
  publicKey: string;
  /** The authenticator's signature counter. */
  counter: number;
  /** WebAuthn's `AuthenticatorTransport`s: how browsers can reach the authenticator. */
  transports: string[];
  /** The time of its creation, in ms since 1970. */
  at: number;
}

/** An answered challenge, the time of its answer and its expiry, in ms since 1970. */
export interface SpentChallenge {
  challenge: string;
  at: number;
  until: number;
}

/** Stores passkeys and, until they expire, answered challenges. */
export interface PasskeyStore {
  /**
   * Adds a passkey and, if one is given, a session, and marks the challenge as answered, in one transaction.
   * @param max the most passkeys of an account.
   * @returns `name_missing` if its visitor has no name to sign in to, `challenge_spent` if the challenge was answered
   *   before, `passkey_known` if there is a passkey with its id, or `limit_reached` if the visitor has `max` of them.
   */
  addPasskey(
    passkey: Passkey,
    spent: SpentChallenge,
    max: number,
    session?: NewCredential,
  ): Promise<'done' | 'name_missing' | 'challenge_spent' | 'passkey_known' | 'limit_reached'>;
  /** Returns a passkey by its id. */
  passkey(id: string): Promise<Passkey | undefined>;
  /** Returns the passkeys of a visitor, the oldest first. */
  passkeysOf(visitor: string): Promise<Passkey[]>;
  /**
   * Adds a session that a passkey opens, as `AccountStore.addSession` does, stores the counter of the passkey, and marks
   * the challenge as answered, in one transaction.
   * @param passkey with the counter of the response.
   * @returns `challenge_spent` if the challenge was answered before, `not_found` if the passkey was removed, or
   *   `counter_repeated` unless the counter is larger than the stored one, or both are 0 (Web Authentication, Level 3,
   *   section 6.1.1).
   */
  addPasskeySession(
    passkey: Pick<Passkey, 'id' | 'visitor' | 'counter'>,
    spent: SpentChallenge,
    session: NewCredential,
    limits: SessionLimits,
  ): Promise<'done' | 'challenge_spent' | 'not_found' | 'counter_repeated'>;
  /**
   * Removes a passkey of a visitor.
   * @returns `no_sign_in_left` if the account has neither a password nor another passkey.
   */
  removePasskey(visitor: string, id: string): Promise<'done' | 'not_found' | 'no_sign_in_left'>;
}
