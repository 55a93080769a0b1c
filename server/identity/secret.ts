import { createHash, randomBytes } from 'node:crypto';

/** A secret that nobody guesses: 256 random bits, base64url. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What is kept of a secret. One that is random needs no salt and no slow hash. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/** A public id: 72 random bits, base64url. */
export function newId(): string {
  return randomBytes(9).toString('base64url');
}
