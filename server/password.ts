import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(
  scrypt,
);

/** 2^15 blocks of 8 × 128 bytes, three times: 32 MB and a tenth of a second (OWASP, Password Storage, scrypt). */
const TODAY = { ln: 15, r: 8, p: 3 };
const FORM = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([\w-]+)\$([\w-]+)$/;

/** One at a time: each takes memory, and anybody may ask. */
let last: Promise<unknown> = Promise.resolve();

/** The hash of a password, with its salt and the parameters that it was made with (scrypt, RFC 7914). */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await run(password, salt, TODAY);
  const { ln, r, p } = TODAY;
  return `$scrypt$ln=${ln},r=${r},p=${p}$${salt.toString('base64url')}$${key.toString('base64url')}`;
}

/**
 * Whether a password is the one that was hashed.
 * @param hash nothing, if there is none: that takes as long, so that nobody learns who has one.
 */
export async function isPassword(password: string, hash: string | undefined): Promise<boolean> {
  const [, ln, r, p, salt, key] = FORM.exec(hash ?? '') ?? [];
  if (!salt || !key) {
    await run(password, randomBytes(16), TODAY);
    return false;
  }
  const parameters = { ln: Number(ln), r: Number(r), p: Number(p) };
  return timingSafeEqual(
    await run(password, Buffer.from(salt, 'base64url'), parameters),
    Buffer.from(key, 'base64url'),
  );
}

function run(password: string, salt: Buffer, { ln, r, p }: typeof TODAY): Promise<Buffer> {
  const N = 2 ** ln;
  // Of texts that look the same, phones and desks send one or the other (RFC 8265, section 4.2.2).
  const next = last.then(() => derive(password.normalize('NFC'), salt, 32, { N, r, p, maxmem: 256 * N * r }));
  last = next.catch(() => undefined);
  return next;
}
