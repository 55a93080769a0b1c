import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import type { Limits } from '../access/limits';
import type { SignInLimits } from '../access/sign-in-limits';
import { SESSION_AGE } from '../identity/cookies';
import { ANONYMOUS, checkName, skeletonOf } from '../identity/name';
import type { Visitor } from '../identity/visitor';
import type { Visitors } from '../identity/visitors';
import { Refusal } from '../refusal';
import { withHash, newCredential, type Credential, type NewCredential } from './credential';
import type { Passkeys } from './passkeys';
import { hashPassword, isPassword } from './password';

/** How many sessions an account has at most, and since when they must have been used, in ms since 1970. */
export interface SessionLimits {
  most: number;
  expired: number;
}

/** Where accounts are kept. */
export interface AccountStore {
  passwordOf(visitor: string): Promise<string | undefined>;
  /**
   * Stores the hash of a password and, in the same transaction, a session if one is given.
   * @param before the hash that it replaces, if there is one.
   * @param only if given, all sessions of the account but this one are ended.
   * @returns `password_changed` if the hash is no longer `before`; then nothing is changed.
   */
  setPassword(
    visitor: string,
    before: string | undefined,
    hash: string,
    session?: NewCredential,
    only?: string,
  ): Promise<'done' | 'password_changed'>;
  /** Who has a name that looks like this one. */
  visitorOf(skeleton: string): Promise<string | undefined>;
  /**
   * Adds a session, and ends the account's expired ones and those used longest ago beyond the limit.
   * @param password the hash of the password that opens it, if one does.
   * @returns `password_changed` if that is no longer the password; then nothing is changed.
   */
  addSession(
    visitor: string,
    session: NewCredential,
    limits: SessionLimits,
    password?: string,
  ): Promise<'done' | 'password_changed'>;
  /** Adds a token, unless the account has `most` already. */
  addToken(visitor: string, token: NewCredential, most: number): Promise<'done' | 'limit_reached'>;
  /** Returns tokens, and sessions last used since `expired`, in ms since 1970. */
  credentialsOf(visitor: string, expired: number): Promise<Credential[]>;
  /** @returns whether there was one to end. */
  revokeCredential(visitor: string, id: string): Promise<boolean>;
}

/** A new password, and what comes with it. */
export interface PasswordChange {
  password: string;
  /** The password so far, where there is one. */
  current?: string | undefined;
  /** Whether the other browsers are signed out. */
  endOtherSessions: boolean;
}

/** How an account is signed in to. */
export interface NameAndPassword {
  username: string;
  password: string;
}

/** A session that was just opened, with the secret that its browser comes back with. */
export interface OpenedSession {
  visitor: string;
  credential: Credential;
  secret: string;
}

/** The most sessions that one account has, and the most tokens. */
const MOST = 50;

/** Names that are kept: with a password or a passkey, without an e-mail address. */
export class Accounts {
  constructor(
    private readonly store: AccountStore,
    private readonly visitors: Visitors,
    readonly passkeys: Passkeys,
    private readonly limits: Limits,
    private readonly signIns: SignInLimits,
  ) {}

  /**
   * Keeps a visitor's name with a password, or gives an account another one. A guest is signed in as well, at once:
   * its cookie speaks for nobody from then on.
   * @param label the browser, for the session of a guest.
   * @returns the secret of that session.
   * @throws {Refusal} 400 if there is no name to keep, 403 if `current` is wrong, 409 if it has changed meanwhile, 429.
   */
  async setPassword(
    visitor: Visitor,
    { password, current, endOtherSessions }: PasswordChange,
    label: string,
  ): Promise<string | undefined> {
    await this.nameToKeep(visitor);
    this.limits.take('signIns', visitor);
    const known = await this.store.passwordOf(visitor.id);
    if (known && !(await isPassword(current ?? '', known, visitor.address))) {
      throw new Refusal('wrong_password', 'The current password is wrong.');
    }
    const session = visitor.credential ? undefined : newCredential('session', label);
    const hash = await hashPassword(password, visitor.address);
    const only = known && endOtherSessions ? visitor.credential : undefined;
    // Hashing takes its time: what was checked before may be another password by now.
    if (
      (await this.store.setPassword(visitor.id, known, hash, session && withHash(session), only)) !== 'done'
    )
      throw new Refusal('conflict', 'The password was changed meanwhile. Try again with that one.');
    return session?.secret;
  }

  /**
   * Keeps a visitor's name with a passkey. A guest is signed in as well; see {@link setPassword}.
   * @param origin that of the page.
   * @throws {Refusal} 400 if there is no name to keep, or the passkey was not asked for, 409 if it is known.
   */
  async addPasskey(
    origin: string,
    visitor: Visitor,
    response: RegistrationResponseJSON,
    label: string,
  ): Promise<string | undefined> {
    await this.nameToKeep(visitor);
    const session = visitor.credential ? undefined : newCredential('session', label);
    await this.passkeys.register(origin, visitor.id, response, session && withHash(session));
    return session?.secret;
  }

  /** Whether a visitor's name is kept with a password: it may be with a passkey alone. */
  async hasPassword({ id }: Visitor): Promise<boolean> {
    return (await this.store.passwordOf(id)) !== undefined;
  }

  /** The name that a visitor can keep. @throws {Refusal} 400 if that has none of its own. */
  async nameToKeep(visitor: Visitor): Promise<string> {
    if (!visitor.isPersistent)
      throw new Refusal(
        'bad_request',
        'Open the chat in a browser first: this request has no visitor cookie.',
      );
    const { username } = await this.visitors.profileById(visitor.id);
    if (username === ANONYMOUS) throw new Refusal('bad_request', 'Choose a name first.');
    return username;
  }

  /**
   * Signs a browser in with a name and its password.
   * @param address where the attempt comes from.
   * @param deviceOf the device that it comes from, if it has signed in to an account before.
   * @param label the browser.
   * @returns whose the name is, and the session.
   * @throws {Refusal} 401 if that is nobody, 429 after too many attempts, 503 if too many are waiting.
   */
  async signIn(
    { username, password }: NameAndPassword,
    address: string,
    deviceOf: (visitor: string) => string | undefined,
    label: string,
  ): Promise<OpenedSession> {
    const skeleton = skeletonOf(checkName(username));
    const visitor = await this.store.visitorOf(skeleton);
    const device = visitor && deviceOf(visitor);
    this.signIns.countPassword(skeleton, { address, device });
    const hash = visitor && (await this.store.passwordOf(visitor));
    const isRight = await isPassword(password, hash, device ? `${address} known` : address);
    const opened = isRight && visitor ? await this.openSession(visitor, label, hash) : undefined;
    if (!opened) throw new Refusal('sign_in_failed', 'The name or the password is wrong.');
    return opened;
  }

  /** The same with a passkey. @param origin that of the page. @throws {Refusal} 400 or 401 if that is nobody. */
  async signInByPasskey(
    origin: string,
    response: AuthenticationResponseJSON,
    label: string,
  ): Promise<OpenedSession> {
    const visitor = await this.passkeys.authenticate(origin, response);
    return (await this.openSession(visitor, label))!;
  }

  /**
   * What a browser is asked to sign in with by a passkey.
   * @param origin that of the page.
   * @param device the browser, if it has signed in before.
   * @throws {Refusal} 429 after too many attempts.
   */
  async challenge(
    origin: string,
    { id, address }: Visitor,
    device: string | undefined,
  ): Promise<PublicKeyCredentialRequestOptionsJSON> {
    this.signIns.countChallenge(id, { address, device });
    return this.passkeys.authentication(origin);
  }

  /**
   * What a browser is asked to make a passkey with, to keep a visitor's name. @param origin that of the page.
   * @throws {Refusal} 400 if there is no name to keep, 429 after too many attempts.
   */
  async registration(origin: string, visitor: Visitor): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const username = await this.nameToKeep(visitor);
    this.signIns.countChallenge(visitor.id, { address: visitor.address, device: undefined });
    return this.passkeys.registration(origin, visitor.id, username);
  }

  /** What speaks for an account. */
  credentials(visitor: Visitor): Promise<Credential[]> {
    return this.store.credentialsOf(visitor.id, expiry());
  }

  /**
   * Makes a token for a script.
   * @returns its secret, which is told this once.
   * @throws {Refusal} 400 if the visitor has no account, 409 if it has too many tokens.
   */
  async makeToken(visitor: Visitor, label: string): Promise<{ credential: Credential; secret: string }> {
    const { account } = await this.visitors.profileOf(visitor);
    if (!account) throw new Refusal('bad_request', 'Create an account first: a token belongs to an account.');
    const token = newCredential('token', label);
    if ((await this.store.addToken(visitor.id, withHash(token), MOST)) !== 'done')
      throw new Refusal('limit_reached', `There are ${MOST} of them. Revoke some first.`);
    return token;
  }

  /** Ends a session or token, and what was opened with it; one that has ended already is no error. */
  async revoke({ id: visitor }: Visitor, id: string): Promise<void> {
    await this.store.revokeCredential(visitor, id);
  }

  /** Opens a session. @returns nothing if it was opened with the hash of a password that has changed meanwhile. */
  private async openSession(
    visitor: string,
    label: string,
    password?: string,
  ): Promise<OpenedSession | undefined> {
    const session = newCredential('session', label);
    const limits = { most: MOST, expired: expiry() };
    const decision = await this.store.addSession(visitor, withHash(session), limits, password);
    return decision === 'done' ? { visitor, ...session } : undefined;
  }
}

/** Returns the time since which a session must have been used not to have expired, in ms since 1970. */
function expiry(): number {
  return Date.now() - SESSION_AGE * 1_000;
}
