import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { Refusal } from './refusal';

/** A public key that a device or password manager has the other half of. */
export interface Passkey {
  /** WebAuthn's, base64url. */
  id: string;
  visitor: string;
  /** COSE, base64url. */
  publicKey: string;
  counter: number;
  transports: string[];
  /** In ms since 1970. */
  at: number;
}

/** Where passkeys are kept. */
export interface PasskeyStore {
  addPasskey(passkey: Passkey): Promise<void>;
  passkey(id: string): Promise<Passkey | undefined>;
  passkeysOf(visitor: string): Promise<Passkey[]>;
  countPasskey(id: string, counter: number): Promise<void>;
  /** Removes a passkey of a visitor. One that is the last by which an account can be signed in to stays. */
  removePasskey(visitor: string, id: string): Promise<boolean>;
}

/** How long somebody has to answer a challenge, in ms. */
const PATIENCE = 5 * 60 * 1_000;
/** The most challenges that wait for an answer: the oldest make way. */
const MOST = 10_000;

/** Passkeys (W3C Web Authentication, Level 3). */
export class Passkeys {
  /** Challenges that wait for their one answer: for whom they were made, and until when they hold. */
  private readonly challenges = new Map<string, { purpose: string; until: number }>();

  constructor(private readonly store: PasskeyStore) {}

  /** What a browser is asked to make a passkey with. @param origin that of the page. */
  async registration(
    origin: string,
    visitor: string,
    username: string,
  ): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const options = await generateRegistrationOptions({
      rpName: 'Parley',
      rpID: hostOf(origin),
      userName: username,
      userID: new Uint8Array(Buffer.from(visitor)),
      attestationType: 'none',
      excludeCredentials: (await this.store.passkeysOf(visitor)).map(({ id, transports }) => ({
        id,
        transports,
      })),
      authenticatorSelection: { residentKey: 'required', userVerification: 'preferred' },
    });
    this.expect(options.challenge, visitor);
    return options;
  }

  /** Keeps the passkey that a browser has made. @throws {Refusal} 400 if it was not asked to. */
  async register(origin: string, visitor: string, response: RegistrationResponseJSON): Promise<void> {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedChallenge: (challenge) => this.answers(challenge, visitor),
      expectedOrigin: origin,
      expectedRPID: hostOf(origin),
      requireUserVerification: false,
    }).catch(refuse);
    if (!verified) throw new Refusal(400, WRONG);
    const { id, publicKey, counter, transports = [] } = registrationInfo.credential;
    const key = Buffer.from(publicKey).toString('base64url');
    await this.store.addPasskey({ id, visitor, publicKey: key, counter, transports, at: Date.now() });
  }

  /** What a browser is asked to sign in with: with any passkey that it has for this server. */
  async authentication(origin: string): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const options = await generateAuthenticationOptions({
      rpID: hostOf(origin),
      userVerification: 'preferred',
    });
    this.expect(options.challenge, '');
    return options;
  }

  /** Who has answered with a passkey. @throws {Refusal} 400 or 401 if that is nobody. */
  async authenticate(origin: string, response: AuthenticationResponseJSON): Promise<string> {
    const passkey = await this.store.passkey(response.id);
    if (!passkey) throw new Refusal(401, 'This passkey is not known here.');
    const { id, publicKey, counter, transports, visitor } = passkey;
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: (challenge) => this.answers(challenge, ''),
      expectedOrigin: origin,
      expectedRPID: hostOf(origin),
      credential: {
        id,
        publicKey: new Uint8Array(Buffer.from(publicKey, 'base64url')),
        counter,
        transports,
      },
      requireUserVerification: false,
    }).catch(refuse);
    if (!verified) throw new Refusal(401, WRONG);
    await this.store.countPasskey(id, authenticationInfo.newCounter);
    return visitor;
  }

  /** The passkeys of an account. */
  of(visitor: string): Promise<Passkey[]> {
    return this.store.passkeysOf(visitor);
  }

  /** Removes a passkey. @throws {Refusal} 409 if nothing else is left to sign in with. */
  async remove(visitor: string, id: string): Promise<void> {
    const own = await this.store.passkeysOf(visitor);
    if (!own.some((passkey) => passkey.id === id)) return;
    if (!(await this.store.removePasskey(visitor, id))) {
      throw new Refusal(
        409,
        'Nothing else is left to sign in with: set a password first, or add another passkey.',
      );
    }
  }

  private expect(challenge: string, purpose: string): void {
    const [oldest] = this.challenges.keys();
    if (oldest && this.challenges.size >= MOST) this.challenges.delete(oldest);
    this.challenges.set(challenge, { purpose, until: Date.now() + PATIENCE });
  }

  /** Whether a challenge was made for this, not long ago, and is answered for the first time. */
  private answers(challenge: string, purpose: string): boolean {
    const made = this.challenges.get(challenge);
    this.challenges.delete(challenge);
    return made?.purpose === purpose && made.until > Date.now();
  }
}

const WRONG = 'That passkey could not be verified. Try once more.';

/** What the library finds wrong with an answer is the sender's fault. */
function refuse(): never {
  throw new Refusal(400, WRONG);
}

function hostOf(origin: string): string {
  return new URL(origin).hostname;
}
