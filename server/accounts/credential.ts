import { hashOf, newId, newSecret } from '../identity/secret';
import type { CredentialKind } from '../identity/visitor';

/** What speaks for an account, as its owner sees it. */
export interface Credential {
  id: string;
  kind: CredentialKind;
  /** The browser, or what its owner calls the script. */
  label: string;
  /** When it was made, and the day on which it was used last, in ms since 1970. */
  at: number;
  used: number;
}

/** A grant that is not stored yet, with the hash of its secret. */
export interface NewCredential extends Credential {
  hash: string;
}

/** Returns a grant, used just now, and the secret of its bearer. */
export function newCredential(
  kind: CredentialKind,
  label: string,
): { credential: Credential; secret: string } {
  const now = Date.now();
  return { credential: { id: newId(), kind, label, at: now, used: now }, secret: newSecret() };
}

/** Returns a grant as it is stored. */
export function withHash({ credential, secret }: { credential: Credential; secret: string }): NewCredential {
  return { ...credential, hash: hashOf(secret) };
}
