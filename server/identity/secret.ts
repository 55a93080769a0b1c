import { createHash, randomBytes } from 'node:crypto';

/** Returns a new secret: 256 random bits, base64url. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Returns the hash under which a secret is stored. A random secret needs neither a salt nor a slow hash. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/** Returns a new public id: 72 random bits, base64url. */
export function newId(): string {
  return randomBytes(9).toString('base64url');
}
