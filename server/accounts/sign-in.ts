import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import type { SignInLimits } from '../access/sign-in-limits';
import { normalizeName, skeletonOf } from '../identity/name';
import type { Visitor } from '../identity/visitor';
import { Refusal } from '../refusal';
import type { AccountStore, SessionLimits } from './account-store';
import { CREDENTIALS_MAX, newCredential, sessionCutoff, withHash, type Credential } from './credential';
import type { Passkeys } from './passkeys';
import { isPassword } from './password';

/** The name and the password of an account. */
export interface NameAndPassword {
  username: string;
  password: string;
}

/** The browser that signs in. */
export interface Browser {
  address: string;
  /** Returns the id of its device cookie, if it has signed in to that account before. */
  deviceOf: (visitor: string) => string | undefined;
  /** Its name in the list of sessions. */
  label: string;
}

/** A new session, with its secret for the browser's cookie. */
export interface OpenedSession {
  visitor: string;
  credential: Credential;
  secret: string;
}

/** Signs browsers in to accounts. */
export class SignIn {
  constructor(
    private readonly store: AccountStore,
    private readonly passkeys: Passkeys,
    private readonly limits: SignInLimits,
  ) {}

  /**
   * Signs a browser in with a name and a password.
   * @throws {Refusal} `sign_in_failed`, `rate_limited` after too many attempts, `unavailable` if too many are waiting.
   */
  async withPassword({ username, password }: NameAndPassword, browser: Browser): Promise<OpenedSession> {
    const { address, label } = browser;
    const skeleton = skeletonOf(normalizeName(username));
    const visitor = await this.store.visitorOf(skeleton);
    const device = visitor && browser.deviceOf(visitor);
    this.limits.countPassword(skeleton, { address, device });
    const hash = visitor && (await this.store.passwordOf(visitor));
    // A known device has a lane of its own, so attacks from its address do not delay it.
    const isMatch = await isPassword(password, hash, device ? `${address} known` : address);
    if (isMatch && visitor && hash) {
      const session = newCredential('session', label);
      // Hashing takes time, in which the password may have changed.
      if ((await this.store.addSession(visitor, withHash(session), sessionLimits(), hash)) === 'done')
        return { visitor, ...session };
    }
    throw new Refusal('sign_in_failed', 'signInFailed');
  }

  /**
   * Signs a browser in with a passkey.
   * @param origin the origin of the page.
   * @throws {Refusal} `sign_in_failed`, or `bad_request` if the response does not answer a challenge.
   */
  async withPasskey(
    origin: string,
    response: AuthenticationResponseJSON,
    { label }: Browser,
  ): Promise<OpenedSession> {
    const session = newCredential('session', label);
    const visitor = await this.passkeys.openSession(origin, response, withHash(session), sessionLimits());
    return { visitor, ...session };
  }

  /**
   * Returns the options with which a browser signs in with a passkey.
   * @param origin the origin of the page.
   * @param device the id of the browser's device cookie, if it has signed in before.
   * @throws {Refusal} `rate_limited`
   */
  async passkeyOptions(
    origin: string,
    { id, address }: Visitor,
    device: string | undefined,
  ): Promise<PublicKeyCredentialRequestOptionsJSON> {
    this.limits.countChallenge(id, { address, device });
    return this.passkeys.authenticationOptions(origin);
  }
}

/** Returns the limits of an account's sessions at this moment. */
function sessionLimits(): SessionLimits {
  return { max: CREDENTIALS_MAX, expiredBefore: sessionCutoff() };
}
