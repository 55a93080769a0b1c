import { SESSION_AGE } from '../identity/cookies';
import { hashOf, newId, newSecret } from '../identity/secret';
import type { CredentialKind } from '../identity/visitor';

/** The most sessions of an account, and the most tokens. */
export const CREDENTIALS_MAX = 50;

/** Returns since when a session must have been used not to have expired, in ms since 1970. */
export function sessionExpiry(): number {
  return Date.now() - SESSION_AGE * 1_000;
}

/** A session or token of an account. */
export interface Credential {
  id: string;
  kind: CredentialKind;
  /** The browser, or what the owner calls the script. */
  label: string;
  /** When it was created and last used, in ms since 1970; the latter is accurate to a day. */
  at: number;
  used: number;
}

/** A credential with the hash of its secret, as it is stored. */
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

/** Returns a credential as it is stored. */
export function withHash({ credential, secret }: { credential: Credential; secret: string }): NewCredential {
  return { ...credential, hash: hashOf(secret) };
}
