import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { FairQueue } from './fair-queue';

const scryptAsync = promisify<
  string,
  Buffer,
  number,
  { N: number; r: number; p: number; maxmem: number },
  Buffer
>(scrypt);

/**
 * The parameters of new hashes: N = 2^15, r = 8, p = 3, which take 32 MB and a tenth of a second (OWASP, Password
 * Storage).
 */
const PARAMETERS = { ln: 15, r: 8, p: 3 };
const HASH_FORMAT = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([\w-]+)\$([\w-]+)$/;

/** Hashes are computed one at a time: each takes 32 MB, and anybody can request one by an attempt to sign in. */
const queue = new FairQueue();

/**
 * Returns the hash of a password, with its salt and parameters (scrypt, RFC 7914).
 * @param lane see {@link FairQueue}.
 * @throws {Refusal} `rate_limited` or `unavailable` if too many are waiting.
 */
export async function hashPassword(password: string, lane: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await deriveKey(password, salt, PARAMETERS, lane);
  const { ln, r, p } = PARAMETERS;
  return `$scrypt$ln=${ln},r=${r},p=${p}$${salt.toString('base64url')}$${key.toString('base64url')}`;
}

/**
 * Returns whether a password matches a hash.
 * @param hash undefined if there is none: this takes as long, so the time does not reveal which accounts exist.
 * @param lane see {@link FairQueue}.
 * @throws {Refusal} `rate_limited` or `unavailable` if too many are waiting.
 */
export async function isPassword(password: string, hash: string | undefined, lane: string): Promise<boolean> {
  const [, ln, r, p, salt, key] = HASH_FORMAT.exec(hash ?? '') ?? [];
  if (!salt || !key) {
    await deriveKey(password, randomBytes(16), PARAMETERS, lane);
    return false;
  }
  const parameters = { ln: Number(ln), r: Number(r), p: Number(p) };
  return timingSafeEqual(
    await deriveKey(password, Buffer.from(salt, 'base64url'), parameters, lane),
    Buffer.from(key, 'base64url'),
  );
}

function deriveKey(
  password: string,
  salt: Buffer,
  { ln, r, p }: typeof PARAMETERS,
  lane: string,
): Promise<Buffer> {
  const N = 2 ** ln;
  // Devices send different Unicode forms of the same text (RFC 8265, section 4.2.2).
  return queue.run(lane, () =>
    scryptAsync(password.normalize('NFC'), salt, 32, { N, r, p, maxmem: 256 * N * r }),
  );
}
