import { hashOf, newId, newSecret } from '../identity/secret';
import type { GrantKind } from '../identity/visitor';

/** What speaks for an account, as its owner sees it. */
export interface Grant {
  id: string;
  kind: GrantKind;
  /** The browser, or what its owner calls the script. */
  label: string;
  /** When it was made, and the day on which it was used last, in ms since 1970. */
  at: number;
  used: number;
}

/** A grant that is not stored yet, with the hash of its secret. */
export interface NewGrant extends Grant {
  hash: string;
}

/** Returns a grant, used just now, and the secret of its bearer. */
export function newGrant(kind: GrantKind, label: string): { grant: Grant; secret: string } {
  const now = Date.now();
  return { grant: { id: newId(), kind, label, at: now, used: now }, secret: newSecret() };
}

/** Returns a grant as it is stored. */
export function hashed({ grant, secret }: { grant: Grant; secret: string }): NewGrant {
  return { ...grant, hash: hashOf(secret) };
}
