import { SESSION_AGE } from '../identity/cookies';
import { hashOf, newId, newSecret } from '../identity/secret';
import type { CredentialKind } from '../identity/visitor';

/** The most sessions of an account, and the most tokens. */
export const CREDENTIALS_MAX = 50;

/** Returns the time, in ms since 1970, since which a session must have been used: otherwise it has expired. */
export function sessionCutoff(): number {
  return Date.now() - SESSION_AGE * 1_000;
}

/** A session or token of an account. */
export interface Credential {
  id: string;
  kind: CredentialKind;
  /** The name of the browser or, as its owner has chosen it, of the script. */
  label: string;
  /** The time of its creation, in ms since 1970. */
  at: number;
  /** The time of its last use, in ms since 1970, accurate to a day. */
  used: number;
}

/** A credential to store, with the hash of its secret. */
export interface NewCredential extends Credential {
  hash: string;
}

/** Returns a new credential and its secret. */
export function newCredential(
  kind: CredentialKind,
  label: string,
): { credential: Credential; secret: string } {
  const now = Date.now();
  return { credential: { id: newId(), kind, label, at: now, used: now }, secret: newSecret() };
}

/** Returns a credential to store. */
export function withHash({ credential, secret }: { credential: Credential; secret: string }): NewCredential {
  return { ...credential, hash: hashOf(secret) };
}
