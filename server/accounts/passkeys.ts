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
import { Refusal } from '../refusal';
import type { Challenges } from './challenges';
import type { NewCredential } from './credential';

/** A passkey: the public key of a pair whose private key is in a device or password manager. */
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

/** A challenge that was answered, when it was, and until when it would be valid, in ms since 1970. */
export interface SpentChallenge {
  challenge: string;
  at: number;
  until: number;
}

/** Where passkeys are stored. */
export interface PasskeyStore {
  /**
   * Adds a passkey and, if one is given, a session, and spends the challenge that the passkey answers: all in one
   * transaction. If the challenge is spent, the passkey is known or its account has `max`, nothing is changed.
   */
  addPasskey(
    passkey: Passkey,
    spent: SpentChallenge,
    max: number,
    session?: NewCredential,
  ): Promise<'done' | 'challenge_spent' | 'passkey_known' | 'limit_reached'>;
  passkey(id: string): Promise<Passkey | undefined>;
  passkeysOf(visitor: string): Promise<Passkey[]>;
  /** Stores the counter of a passkey that was used, and spends the challenge. */
  countPasskey(id: string, counter: number, spent: SpentChallenge): Promise<'done' | 'challenge_spent'>;
  /** Removes a passkey of a visitor, unless neither a password nor another passkey would be left to sign in with. */
  removePasskey(visitor: string, id: string): Promise<'done' | 'not_found' | 'no_sign_in_left'>;
}

/** The most passkeys of an account. */
const PASSKEYS_MAX = 50;

/** Passkeys (W3C Web Authentication, Level 3). */
export class Passkeys {
  constructor(
    private readonly store: PasskeyStore,
    private readonly challenges: Challenges,
  ) {}

  /** Returns what a browser needs to create a passkey. @param origin the page's. @throws {Refusal} `limit_reached` */
  async registration(
    origin: string,
    visitor: string,
    username: string,
  ): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const own = await this.store.passkeysOf(visitor);
    if (own.length >= PASSKEYS_MAX) throw new Refusal('limit_reached', FULL);
    return generateRegistrationOptions({
      challenge: this.challenges.make(`register ${visitor}`),
      rpName: 'Parley',
      rpID: hostOf(origin),
      userName: username,
      userID: new Uint8Array(Buffer.from(visitor)),
      attestationType: 'none',
      excludeCredentials: own.map(({ id, transports }) => ({ id, transports })),
      authenticatorSelection: { residentKey: 'required', userVerification: 'preferred' },
    });
  }

  /**
   * Stores a passkey that a browser has created.
   * @param session is stored with it.
   * @throws {Refusal} `bad_request` if it does not answer a challenge, `conflict` if it is known, or `limit_reached`.
   */
  async register(
    origin: string,
    visitor: string,
    response: RegistrationResponseJSON,
    session?: NewCredential,
  ): Promise<void> {
    const spent = this.answered();
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedChallenge: (challenge) => spent.by(challenge, `register ${visitor}`),
      expectedOrigin: origin,
      expectedRPID: hostOf(origin),
      requireUserVerification: false,
    }).catch(refuse);
    if (!verified) throw new Refusal('bad_request', WRONG);
    const { id, publicKey, counter, transports = [] } = registrationInfo.credential;
    const key = Buffer.from(publicKey).toString('base64url');
    const passkey = { id, visitor, publicKey: key, counter, transports, at: Date.now() };
    switch (await this.store.addPasskey(passkey, spent, PASSKEYS_MAX, session)) {
      case 'done':
        return;
      case 'challenge_spent':
        throw new Refusal('bad_request', WRONG);
      case 'passkey_known':
        throw new Refusal('conflict', 'That passkey is already registered. Sign in with it.');
      case 'limit_reached':
        throw new Refusal('limit_reached', FULL);
    }
  }

  /** Returns what a browser needs to sign in with any passkey that it has for this server. */
  async authentication(origin: string): Promise<PublicKeyCredentialRequestOptionsJSON> {
    return generateAuthenticationOptions({
      challenge: this.challenges.make('sign in'),
      rpID: hostOf(origin),
      userVerification: 'preferred',
    });
  }

  /** Returns the visitor who has answered with a passkey. @throws {Refusal} `sign_in_failed` or `bad_request` */
  async authenticate(origin: string, response: AuthenticationResponseJSON): Promise<string> {
    const passkey = await this.store.passkey(response.id);
    if (!passkey) throw new Refusal('sign_in_failed', 'This passkey is not registered here.');
    const { id, publicKey, counter, transports, visitor } = passkey;
    const spent = this.answered();
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: (challenge) => spent.by(challenge, 'sign in'),
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
    if (!verified) throw new Refusal('sign_in_failed', WRONG);
    if ((await this.store.countPasskey(id, authenticationInfo.newCounter, spent)) !== 'done')
      throw new Refusal('sign_in_failed', WRONG);
    return visitor;
  }

  /** Returns the passkeys of an account. */
  of(visitor: string): Promise<Passkey[]> {
    return this.store.passkeysOf(visitor);
  }

  /** Removes a passkey; one that is gone already is no error. @throws {Refusal} `conflict` if it is the only way to sign in. */
  async remove(visitor: string, id: string): Promise<void> {
    if ((await this.store.removePasskey(visitor, id)) === 'no_sign_in_left') {
      throw new Refusal(
        'conflict',
        'This is the only way to sign in. Set a password or add another passkey first.',
      );
    }
  }

  /** Returns a record of the challenge that a response answers, which `by` fills in if it is valid. */
  private answered(): SpentChallenge & { by: (challenge: string, purpose: string) => boolean } {
    const spent = {
      challenge: '',
      at: 0,
      until: 0,
      by: (challenge: string, purpose: string): boolean => {
        const until = this.challenges.validUntil(challenge, purpose);
        if (until !== undefined) Object.assign(spent, { challenge, at: Date.now(), until });
        return until !== undefined;
      },
    };
    return spent;
  }
}

const FULL = `You have ${PASSKEYS_MAX} passkeys. Remove some first.`;
const WRONG = 'That passkey could not be verified. Try again.';

/** The library throws if the sender's response is invalid. */
function refuse(): never {
  throw new Refusal('bad_request', WRONG);
}

function hostOf(origin: string): string {
  return new URL(origin).hostname;
}
