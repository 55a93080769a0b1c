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
  /** The WebAuthn credential id, base64url. */
  id: string;
  visitor: string;
  /** A COSE key, base64url. */
  publicKey: string;
  /** The authenticator's signature counter. */
  counter: number;
  /** WebAuthn's `AuthenticatorTransport`s: how browsers can reach the authenticator. */
  transports: string[];
  /** The time of its creation, in ms since 1970. */
  at: number;
}

/** An answered challenge, the time of its answer and its expiry, in ms since 1970. */
export interface SpentChallenge {
  challenge: string;
  at: number;
  until: number;
}

/** Stores passkeys and, until they expire, answered challenges. */
export interface PasskeyStore {
  /**
   * Adds a passkey and, if one is given, a session, and marks the challenge as answered, in one transaction. Changes
   * nothing unless it returns `done`.
   * @param max the most passkeys of an account.
   */
  addPasskey(
    passkey: Passkey,
    spent: SpentChallenge,
    max: number,
    session?: NewCredential,
  ): Promise<'done' | 'challenge_spent' | 'passkey_known' | 'limit_reached'>;
  passkey(id: string): Promise<Passkey | undefined>;
  passkeysOf(visitor: string): Promise<Passkey[]>;
  /** Stores the counter of a passkey that was used, and marks the challenge as answered. */
  countPasskey(id: string, counter: number, spent: SpentChallenge): Promise<'done' | 'challenge_spent'>;
  /** Removes a passkey of a visitor, unless neither a password nor another passkey would be left to sign in with. */
  removePasskey(visitor: string, id: string): Promise<'done' | 'not_found' | 'no_sign_in_left'>;
}

/** The most passkeys of an account. */
const PASSKEYS_MAX = 50;

/** Registers and verifies passkeys (W3C Web Authentication, Level 3). */
export class Passkeys {
  constructor(
    private readonly store: PasskeyStore,
    private readonly challenges: Challenges,
  ) {}

  /**
   * Returns the options with which a browser creates a passkey.
   * @param origin the origin of the page.
   * @throws {Refusal} `limit_reached`
   */
  async registrationOptions(
    origin: string,
    visitor: string,
    username: string,
  ): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const own = await this.store.passkeysOf(visitor);
    if (own.length >= PASSKEYS_MAX) throw limitReached();
    return generateRegistrationOptions({
      challenge: this.challenges.create(`register ${visitor}`),
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
   * @param session a session to store in the same transaction.
   * @throws {Refusal} `bad_request` if it answers no challenge, `conflict` if it is known already, or `limit_reached`.
   */
  async register(
    origin: string,
    visitor: string,
    response: RegistrationResponseJSON,
    session?: NewCredential,
  ): Promise<void> {
    const challenge = this.expectChallenge(`register ${visitor}`);
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedChallenge: challenge.verify,
      expectedOrigin: origin,
      expectedRPID: hostOf(origin),
      requireUserVerification: false,
    }).catch(refuseInvalid);
    if (!verified) throw new Refusal('bad_request', NOT_VERIFIED);
    const { id, publicKey, counter, transports = [] } = registrationInfo.credential;
    const key = Buffer.from(publicKey).toString('base64url');
    const passkey = { id, visitor, publicKey: key, counter, transports, at: Date.now() };
    switch (await this.store.addPasskey(passkey, challenge.spent(), PASSKEYS_MAX, session)) {
      case 'done':
        return;
      case 'challenge_spent':
        throw new Refusal('bad_request', NOT_VERIFIED);
      case 'passkey_known':
        throw new Refusal('conflict', 'That passkey is already registered. Sign in with it.');
      case 'limit_reached':
        throw limitReached();
    }
  }

  /** Returns the options with which a browser signs in with any of its passkeys for this server. */
  async authenticationOptions(origin: string): Promise<PublicKeyCredentialRequestOptionsJSON> {
    return generateAuthenticationOptions({
      challenge: this.challenges.create('sign in'),
      rpID: hostOf(origin),
      userVerification: 'preferred',
    });
  }

  /**
   * Verifies a passkey's answer to a challenge.
   * @returns its visitor.
   * @throws {Refusal} `sign_in_failed` or `bad_request`
   */
  async authenticate(origin: string, response: AuthenticationResponseJSON): Promise<string> {
    const passkey = await this.store.passkey(response.id);
    if (!passkey) throw new Refusal('sign_in_failed', 'This passkey is not registered here.');
    const { id, publicKey, counter, transports, visitor } = passkey;
    const challenge = this.expectChallenge('sign in');
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge.verify,
      expectedOrigin: origin,
      expectedRPID: hostOf(origin),
      credential: {
        id,
        publicKey: new Uint8Array(Buffer.from(publicKey, 'base64url')),
        counter,
        transports,
      },
      requireUserVerification: false,
    }).catch(refuseInvalid);
    if (!verified) throw new Refusal('sign_in_failed', NOT_VERIFIED);
    if ((await this.store.countPasskey(id, authenticationInfo.newCounter, challenge.spent())) !== 'done')
      throw new Refusal('sign_in_failed', NOT_VERIFIED);
    return visitor;
  }

  /** Returns the passkeys of an account. */
  of(visitor: string): Promise<Passkey[]> {
    return this.store.passkeysOf(visitor);
  }

  /**
   * Removes a passkey; one that is gone already is no error.
   * @throws {Refusal} `conflict` if it is the only way to sign in.
   */
  async remove(visitor: string, id: string): Promise<void> {
    if ((await this.store.removePasskey(visitor, id)) === 'no_sign_in_left') {
      throw new Refusal(
        'conflict',
        'This is the only way to sign in. Set a password or add another passkey first.',
      );
    }
  }

  /** Returns a verifier of one challenge. `spent()` returns that challenge once `verify` has accepted it. */
  private expectChallenge(purpose: string): {
    verify: (challenge: string) => boolean;
    spent: () => SpentChallenge;
  } {
    const spent = { challenge: '', at: 0, until: 0 };
    return {
      verify: (challenge) => {
        const until = this.challenges.expiryOf(challenge, purpose);
        if (until !== undefined) Object.assign(spent, { challenge, at: Date.now(), until });
        return until !== undefined;
      },
      spent: () => spent,
    };
  }
}

const NOT_VERIFIED = 'That passkey could not be verified. Try again.';

function limitReached(): Refusal {
  return new Refusal('limit_reached', `You have ${PASSKEYS_MAX} passkeys. Remove some first.`);
}

/** The library throws if a response is invalid: an error of the client. */
function refuseInvalid(): never {
  throw new Refusal('bad_request', NOT_VERIFIED);
}

/** Returns the relying party id of an origin. */
function hostOf(origin: string): string {
  return new URL(origin).hostname;
}
