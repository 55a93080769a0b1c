import { hash, randomBytes } from 'node:crypto';
import { isErased } from './entry';

/*
 * The hash chain of a room. Each entry has a hash over the one before it, its own fields and a commitment to its content:
 *
 *   commitment = SHA-256(salt ⏎ type ⏎ body)
 *   hash       = SHA-256(previous hash ⏎ commitment ⏎ seq ⏎ at ⏎ room ⏎ id ⏎ visitor ⏎ username)
 *
 * in UTF-8, where ⏎ is a line feed, and hashes and salts are 64 hexadecimal digits: only the last part may hold line
 * feeds itself, so no two entries give one text. Erasing an entry replaces its salt by the commitment: the chain still
 * verifies, and without the salt nobody can confirm a guess of the text.
 */

/** A SHA-256 hash, or a salt of the same length: 64 hexadecimal digits. */
export type Digest = string;

/** A position in a chain: an entry's seq and hash; before the first entry, 0 and the hash of the empty chain. */
export interface Link {
  seq: number;
  hash: Digest;
}

/** The fields of an entry that never change. */
export interface FixedFields {
  room: string;
  seq: number;
  id: string;
  visitor: string;
  username: string;
  /** In ms since 1970, UTC. */
  at: number;
}

/** An entry as it is stored. */
export interface ChainedEntry extends FixedFields {
  type: string;
  /** A JSON object, exactly as it is stored. */
  body: string;
  /** A random salt or, once the body is erased, the commitment. */
  seal: Digest;
  hash: Digest;
}

/** How many of a hash's digits a cursor carries. */
export const SHORT_HASH_DIGITS = 12;
const DIGEST_BYTES = 32;
const DIGEST_DIGITS = 2 * DIGEST_BYTES;

/** Returns random salts. */
export function createSalts(count: number): Digest[] {
  // One call for all: each costs several times as much as the hashes of an entry.
  const digits = randomBytes(count * DIGEST_BYTES).toString('hex');
  return Array.from({ length: count }, (_, i) => digits.slice(i * DIGEST_DIGITS, (i + 1) * DIGEST_DIGITS));
}

/** Returns the position before the first entry of a room. */
export function startOfChain(room: string): Link {
  return { seq: 0, hash: hash('sha256', `parley\n${room}`) };
}

/** Returns the commitment to an entry's content. @param body a JSON object, exactly as it is stored. */
export function commitmentTo(type: string, body: string, salt: Digest): Digest {
  return hash('sha256', `${salt}\n${type}\n${body}`);
}

/** Returns the hash of an entry. @param previous the hash of the entry before it. */
export function hashOf(
  previous: Digest,
  commitment: Digest,
  { seq, at, room, id, visitor, username }: FixedFields,
): Digest {
  // A template takes a quarter of the time of JSON, and of passing the parts one by one.
  return hash('sha256', `${previous}\n${commitment}\n${seq}\n${at}\n${room}\n${id}\n${visitor}\n${username}`);
}

/** Returns the hash that an entry must have after another. */
export function hashAfter(previous: Digest, entry: Omit<ChainedEntry, 'hash'>): Digest {
  const { type, body, seal } = entry;
  return hashOf(previous, isErased(type) ? seal : commitmentTo(type, body, seal), entry);
}

/** Returns the digits of a hash that a cursor carries: 48 bits, which two histories share by chance once in 10^14. */
export function shorten(digest: Digest): string {
  return digest.slice(0, SHORT_HASH_DIGITS);
}

/** Returns why an entry does not follow a position of its room's chain; nothing if it does. */
export function mismatchAfter(previous: Link, entry: ChainedEntry): string | undefined {
  const { seq, type, body } = entry;
  if (seq !== previous.seq + 1) return `its seq is not ${previous.seq + 1}`;
  if (isErased(type) && body !== '{}') return 'it is erased, but has a body';
  if (hashAfter(previous.hash, entry) !== entry.hash) return 'its hash does not match its content';
  return undefined;
}

/** Returns the first of consecutive entries that does not fit, and why; nothing if all do. @param from the position before them. */
export function findMismatch(
  entries: readonly ChainedEntry[],
  from: Link,
): { entry: ChainedEntry; reason: string } | undefined {
  let previous = from;
  for (const entry of entries) {
    const reason = mismatchAfter(previous, entry);
    if (reason !== undefined) return { entry, reason };
    previous = entry;
  }
  return undefined;
}
