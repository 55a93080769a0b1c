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
import { nameMissing } from '../identity/visitors';
import { Refusal } from '../refusal';
import type { SessionLimits } from './account-store';
import type { Challenges } from './challenges';
import type { NewCredential } from './credential';
import type { Passkey, PasskeyStore, SpentChallenge } from './passkey-store';

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
   * @throws {Refusal} `bad_request` if it answers no challenge or there is no name to sign in to, `conflict` if it is
   *   known already, or `limit_reached`.
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
    if (!verified) throw new Refusal('bad_request', 'passkeyUnverified');
    const { id, publicKey, counter, transports = [] } = registrationInfo.credential;
    const key = Buffer.from(publicKey).toString('base64url');
    const passkey = { id, visitor, publicKey: key, counter, transports, at: Date.now() };
    switch (await this.store.addPasskey(passkey, challenge.spent(), PASSKEYS_MAX, session)) {
      case 'done':
        return;
      case 'name_missing':
        throw nameMissing();
      case 'challenge_spent':
        throw new Refusal('bad_request', 'passkeyUnverified');
      case 'passkey_known':
        throw new Refusal('conflict', 'passkeyKnown');
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
   * Opens a session with the response of a passkey.
   * @returns the visitor whose passkey it is.
   * @throws {Refusal} `sign_in_failed`, or `bad_request` if the response does not answer a challenge.
   */
  async openSession(
    origin: string,
    response: AuthenticationResponseJSON,
    session: NewCredential,
    limits: SessionLimits,
  ): Promise<string> {
    const passkey = await this.store.passkey(response.id);
    if (!passkey) throw new Refusal('sign_in_failed', 'passkeyUnknown');
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
    if (!verified) throw new Refusal('sign_in_failed', 'passkeyUnverified');
    const used = { id, visitor, counter: authenticationInfo.newCounter };
    // Verifying takes a while: the passkey may have been used or removed since it was read.
    if ((await this.store.addPasskeySession(used, challenge.spent(), session, limits)) !== 'done')
      throw new Refusal('sign_in_failed', 'passkeyUnverified');
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
      throw new Refusal('conflict', 'onlyWayIn');
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

function limitReached(): Refusal {
  return new Refusal('limit_reached', ['passkeysFull', PASSKEYS_MAX]);
}

/** The library throws if a response is invalid: an error of the client. */
function refuseInvalid(): never {
  throw new Refusal('bad_request', 'passkeyUnverified');
}

/** Returns the relying party id of an origin. */
function hostOf(origin: string): string {
  return new URL(origin).hostname;
}
