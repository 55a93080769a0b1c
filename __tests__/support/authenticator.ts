import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { TestVisitor } from './test-visitor';

type Options = { challenge: string; rpId?: string; rp?: { id: string } };

const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();
const base64url = (data: Buffer): string => data.toString('base64url');
/** Encodes a text or byte string of at most 255 bytes as CBOR (RFC 8949). */
const cbor = (value: string | Buffer): Buffer => {
  const bytes = Buffer.from(value);
  const major = typeof value === 'string' ? 0x60 : 0x40;
  const head = bytes.length < 24 ? [major + bytes.length] : [major + 24, bytes.length];
  return Buffer.concat([Buffer.from(head), bytes]);
};

/** A software authenticator with one passkey (ES256). */
export class Authenticator {
  private readonly keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  private readonly id = randomBytes(16);

  /** @param origin the origin of the page, as the browser reports it. */
  constructor(public origin: string) {}

  /** Creates the passkey. */
  create({ challenge, rp }: Options): object {
    const { x, y } = this.keys.publicKey.export({ format: 'jwk' });
    const coordinate = (value: string | undefined) => cbor(Buffer.from(value!, 'base64url'));
    // COSE: kty EC2, alg ES256, crv P-256, x, y.
    const key = Buffer.concat([
      Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]),
      coordinate(x),
      Buffer.from([0x22]),
      coordinate(y),
    ]);
    const credential = Buffer.concat([Buffer.alloc(16), Buffer.from([0, this.id.length]), this.id, key]);
    const authData = Buffer.concat([this.data(rp!.id, 0x45), credential]);
    const attestation = [cbor('fmt'), cbor('none'), cbor('attStmt'), Buffer.from([0xa0]), cbor('authData')];
    const attestationObject = Buffer.concat([Buffer.from([0xa3]), ...attestation, cbor(authData)]);
    return this.response({
      clientDataJSON: base64url(this.client('webauthn.create', challenge)),
      attestationObject: base64url(attestationObject),
    });
  }

  /** Signs a challenge with the passkey. */
  get({ challenge, rpId }: Options): object {
    const [authenticatorData, client] = [this.data(rpId!, 0x05), this.client('webauthn.get', challenge)];
    const signature = sign(
      'sha256',
      Buffer.concat([authenticatorData, sha256(client)]),
      this.keys.privateKey,
    );
    return this.response({
      clientDataJSON: base64url(client),
      authenticatorData: base64url(authenticatorData),
      signature: base64url(signature),
    });
  }

  /** Registers the passkey for a visitor's account. */
  async register(
    visitor: TestVisitor,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; error: unknown }> {
    const { status, body } = await visitor.request('POST', '/account/passkeys/options', {}, headers);
    if (status !== 200) return { status, error: body.error };
    const creation = await visitor.request(
      'POST',
      '/account/passkeys',
      this.create(body as unknown as Options),
      headers,
    );
    return { status: creation.status, error: creation.body.error };
  }

  /** Signs a visitor in with the passkey. */
  async signIn(visitor: TestVisitor, headers: Record<string, string> = {}) {
    const { body } = await visitor.request('POST', '/sessions/options', {}, headers);
    return visitor.request('POST', '/sessions', this.get(body as unknown as Options), headers);
  }

  private client(type: string, challenge: string): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin: this.origin, crossOrigin: false }));
  }

  private data(rpId: string, flags: number): Buffer {
    return Buffer.concat([sha256(rpId), Buffer.from([flags, 0, 0, 0, 0])]);
  }

  private response(authenticatorResponse: object): object {
    return {
      id: base64url(this.id),
      rawId: base64url(this.id),
      type: 'public-key',
      clientExtensionResults: {},
      response: authenticatorResponse,
    };
  }
}
