import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** How long a challenge is valid, in ms. */
const PATIENCE = 5 * 60 * 1_000;
/** The sizes of the random part, the time and the MAC, in bytes. */
const SIZES = { random: 16, until: 6, mac: 32 };
const SIGNED = SIZES.random + SIZES.until;

/**
 * WebAuthn challenges that take no memory: each contains the time until when it is valid, and a MAC. So nobody can crowd
 * out those of others, and they survive a restart. The store makes sure that each is answered once.
 */
export class Challenges {
  constructor(private readonly key: string) {}

  /** Returns a new challenge. @param purpose what it may be answered for. */
  make(purpose: string): Uint8Array<ArrayBuffer> {
    const until = Buffer.alloc(SIZES.until);
    until.writeUIntBE(Date.now() + PATIENCE, 0, SIZES.until);
    const signed = Buffer.concat([randomBytes(SIZES.random), until]);
    return new Uint8Array(Buffer.concat([signed, this.mac(signed, purpose)]));
  }

  /** Returns until when a challenge is valid, in ms since 1970; nothing if it is not, or is for another purpose. */
  validUntil(challenge: string, purpose: string): number | undefined {
    const bytes = Buffer.from(challenge, 'base64url');
    if (bytes.length !== SIGNED + SIZES.mac) return undefined;
    const signed = bytes.subarray(0, SIGNED);
    if (!timingSafeEqual(bytes.subarray(SIGNED), this.mac(signed, purpose))) return undefined;
    const until = signed.readUIntBE(SIZES.random, SIZES.until);
    return until > Date.now() ? until : undefined;
  }

  private mac(signed: Buffer, purpose: string): Buffer {
    return createHmac('sha256', `${this.key} challenge`).update(signed).update(purpose).digest();
  }
}
