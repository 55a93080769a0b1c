import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** How long a challenge is valid, in ms. */
const LIFETIME = 5 * 60 * 1_000;
/** The sizes of the random part, the expiry and the MAC, in bytes. */
const SIZES = { random: 16, expiry: 6, mac: 32 };
const SIGNED = SIZES.random + SIZES.expiry;

/**
 * Stateless WebAuthn challenges: each contains its expiry and a MAC. Nobody can evict the challenges of others, and
 * they survive a restart. The store ensures that each is answered once.
 */
export class Challenges {
  constructor(private readonly key: string) {}

  /** Returns a new challenge. @param purpose the operation for which its answer is valid. */
  create(purpose: string): Uint8Array<ArrayBuffer> {
    const expiry = Buffer.alloc(SIZES.expiry);
    expiry.writeUIntBE(Date.now() + LIFETIME, 0, SIZES.expiry);
    const signed = Buffer.concat([randomBytes(SIZES.random), expiry]);
    return new Uint8Array(Buffer.concat([signed, this.mac(signed, purpose)]));
  }

  /**
   * Returns when a challenge expires, in ms since 1970; undefined if it is invalid, expired, or for another purpose.
   */
  expiryOf(challenge: string, purpose: string): number | undefined {
    const bytes = Buffer.from(challenge, 'base64url');
    if (bytes.length !== SIGNED + SIZES.mac) return undefined;
    const signed = bytes.subarray(0, SIGNED);
    if (!timingSafeEqual(bytes.subarray(SIGNED), this.mac(signed, purpose))) return undefined;
    const expiry = signed.readUIntBE(SIZES.random, SIZES.expiry);
    return expiry > Date.now() ? expiry : undefined;
  }

  private mac(signed: Buffer, purpose: string): Buffer {
    return createHmac('sha256', `${this.key} challenge`).update(signed).update(purpose).digest();
  }
}
