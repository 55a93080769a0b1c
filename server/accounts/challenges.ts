import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** How long somebody has to answer a challenge, in ms. */
const PATIENCE = 5 * 60 * 1_000;
/** The bytes of the random part, the time and the MAC. */
const SIZES = { random: 16, until: 6, mac: 32 };
const SIGNED = SIZES.random + SIZES.until;

/**
 * Challenges of WebAuthn that take no memory: each says until when it is valid, and is authenticated. So nobody can
 * crowd out those of others, and they outlive a restart. That each is answered once is for the store to see to.
 */
export class Challenges {
  constructor(private readonly key: string) {}

  /** @param purpose what it may be answered for. */
  make(purpose: string): Uint8Array<ArrayBuffer> {
    const until = Buffer.alloc(SIZES.until);
    until.writeUIntBE(Date.now() + PATIENCE, 0, SIZES.until);
    const signed = Buffer.concat([randomBytes(SIZES.random), until]);
    return new Uint8Array(Buffer.concat([signed, this.mac(signed, purpose)]));
  }

  /** Until when a challenge is valid, in ms since 1970; nothing if it is not, or was not made for this. */
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
