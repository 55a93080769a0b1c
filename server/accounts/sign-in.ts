import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import type { SignInLimits } from '../access/sign-in-limits';
import { checkName, skeletonOf } from '../identity/name';
import type { Visitor } from '../identity/visitor';
import { Refusal } from '../refusal';
import type { AccountStore } from './account-store';
import { CREDENTIALS_MAX, newCredential, sessionExpiry, withHash, type Credential } from './credential';
import type { Passkeys } from './passkeys';
import { isPassword } from './password';

/** What an account is signed in to with. */
export interface NameAndPassword {
  username: string;
  password: string;
}

/** The browser that signs in. */
export interface Browser {
  address: string;
  /** Returns its id as a device, if it has signed in to an account before. */
  deviceOf: (visitor: string) => string | undefined;
  /** What people call it. */
  label: string;
}

/** A session that was just opened, with its secret for the browser's cookie. */
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
    const skeleton = skeletonOf(checkName(username));
    const visitor = await this.store.visitorOf(skeleton);
    const device = visitor && browser.deviceOf(visitor);
    this.limits.countPassword(skeleton, { address, device });
    const hash = visitor && (await this.store.passwordOf(visitor));
    const isRight = await isPassword(password, hash, device ? `${address} known` : address);
    const opened = isRight && visitor ? await this.openSession(visitor, label, hash) : undefined;
    if (!opened) throw new Refusal('sign_in_failed', 'The name or the password is wrong.');
    return opened;
  }

  /**
   * Signs a browser in with a passkey.
   * @param origin the page's.
   * @throws {Refusal} `sign_in_failed`, or `bad_request` if the response does not answer a challenge.
   */
  async withPasskey(
    origin: string,
    response: AuthenticationResponseJSON,
    { label }: Browser,
  ): Promise<OpenedSession> {
    const visitor = await this.passkeys.authenticate(origin, response);
    return (await this.openSession(visitor, label))!;
  }

  /**
   * Returns what a browser needs to sign in with a passkey.
   * @param origin the page's.
   * @param device the browser's id, if it has signed in before.
   * @throws {Refusal} `rate_limited`
   */
  async challenge(
    origin: string,
    { id, address }: Visitor,
    device: string | undefined,
  ): Promise<PublicKeyCredentialRequestOptionsJSON> {
    this.limits.countChallenge(id, { address, device });
    return this.passkeys.authentication(origin);
  }

  /** Opens a session. @returns nothing if it was opened with the hash of a password that has changed since. */
  private async openSession(
    visitor: string,
    label: string,
    password?: string,
  ): Promise<OpenedSession | undefined> {
    const session = newCredential('session', label);
    const limits = { max: CREDENTIALS_MAX, expired: sessionExpiry() };
    const decision = await this.store.addSession(visitor, withHash(session), limits, password);
    return decision === 'done' ? { visitor, ...session } : undefined;
  }
}
