import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { FairQueue } from './fair-queue';

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(
  scrypt,
);

/** 2^15 blocks of 8 × 128 bytes, three times: 32 MB and a tenth of a second (OWASP, Password Storage, scrypt). */
const TODAY = { ln: 15, r: 8, p: 3 };
const FORM = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([\w-]+)\$([\w-]+)$/;

/** One hash at a time: each takes 32 MB, and anybody may try to sign in. */
const queue = new FairQueue();

/**
 * Returns the hash of a password, with its salt and parameters (scrypt, RFC 7914).
 * @param lane see {@link FairQueue}.
 * @throws {Refusal} `rate_limited` or `unavailable` if too many are waiting.
 */
export async function hashPassword(password: string, lane: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await run(password, salt, TODAY, lane);
  const { ln, r, p } = TODAY;
  return `$scrypt$ln=${ln},r=${r},p=${p}$${salt.toString('base64url')}$${key.toString('base64url')}`;
}

/**
 * Returns whether a password is the one that was hashed.
 * @param hash nothing if there is no password: it takes as long, so that the time does not tell which accounts have one.
 * @param lane see {@link FairQueue}.
 * @throws {Refusal} `rate_limited` or `unavailable` if too many are waiting.
 */
export async function isPassword(password: string, hash: string | undefined, lane: string): Promise<boolean> {
  const [, ln, r, p, salt, key] = FORM.exec(hash ?? '') ?? [];
  if (!salt || !key) {
    await run(password, randomBytes(16), TODAY, lane);
    return false;
  }
  const parameters = { ln: Number(ln), r: Number(r), p: Number(p) };
  return timingSafeEqual(
    await run(password, Buffer.from(salt, 'base64url'), parameters, lane),
    Buffer.from(key, 'base64url'),
  );
}

function run(password: string, salt: Buffer, { ln, r, p }: typeof TODAY, lane: string): Promise<Buffer> {
  const N = 2 ** ln;
  // Devices send different forms of the same text (RFC 8265, section 4.2.2).
  return queue.run(lane, () => derive(password.normalize('NFC'), salt, 32, { N, r, p, maxmem: 256 * N * r }));
}
