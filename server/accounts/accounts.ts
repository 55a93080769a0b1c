import type {
  PublicKeyCredentialCreationOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import type { VisitorLimits } from '../access/visitor-limits';
import type { SignInLimits } from '../access/sign-in-limits';
import { ANONYMOUS } from '../identity/appearance';
import type { Visitor } from '../identity/visitor';
import { nameMissing, requireCookie, type Visitors } from '../identity/visitors';
import { Refusal } from '../refusal';
import type { AccountStore } from './account-store';
import { newCredential, withHash } from './credential';
import type { Passkeys } from './passkeys';
import { hashPassword, isPassword } from './password';

/** A new password. */
export interface PasswordChange {
  password: string;
  /** The current password, if there is one. */
  current?: string | undefined;
  /** Whether all other sessions of the account end. */
  endOtherSessions: boolean;
}

/** Creates accounts, and changes their passwords and passkeys. An account protects its visitor's name. */
export class Accounts {
  constructor(
    private readonly store: AccountStore,
    private readonly visitors: Visitors,
    private readonly passkeys: Passkeys,
    private readonly limits: VisitorLimits,
    private readonly signIns: SignInLimits,
  ) {}

  /**
   * Creates an account with a password, or changes the password of an account. A guest gets a session, since an account
   * invalidates its guest cookie.
   * @param label the browser's name in the list of sessions.
   * @returns the secret of the new session, if there is one.
   * @throws {Refusal} `bad_request` if the visitor has no name, `wrong_password`, `conflict` or `rate_limited`
   */
  async setPassword(
    visitor: Visitor,
    { password, current, endOtherSessions }: PasswordChange,
    label: string,
  ): Promise<string | undefined> {
    await this.requireName(visitor);
    this.limits.consume('signIns', visitor);
    const currentHash = await this.store.passwordOf(visitor.id);
    if (currentHash && !(await isPassword(current ?? '', currentHash, visitor.address))) {
      throw new Refusal('wrong_password', 'currentPasswordWrong');
    }
    const session = visitor.credential ? undefined : newCredential('session', label);
    const hash = await hashPassword(password, visitor.address);
    const remaining = currentHash && endOtherSessions ? visitor.credential : undefined;
    const outcome = await this.store.setPassword(
      visitor.id,
      currentHash,
      hash,
      session && withHash(session),
      remaining,
    );
    // Hashing takes time, in which the name and the password may have changed.
    switch (outcome) {
      case 'done':
        return session?.secret;
      case 'name_missing':
        throw nameMissing();
      case 'password_changed':
        throw new Refusal('conflict', 'passwordChanged');
    }
  }

  /**
   * Creates an account with a passkey, or adds a passkey to an account. A guest gets a session; see {@link
   * setPassword}.
   * @param origin the origin of the page.
   * @throws {Refusal} `bad_request` if the visitor has no name or answers no challenge, `conflict` or `limit_reached`
   */
  async addPasskey(
    origin: string,
    visitor: Visitor,
    response: RegistrationResponseJSON,
    label: string,
  ): Promise<string | undefined> {
    await this.requireName(visitor);
    const session = visitor.credential ? undefined : newCredential('session', label);
    await this.passkeys.register(origin, visitor.id, response, session && withHash(session));
    return session?.secret;
  }

  /** Returns whether an account has a password; it may have only passkeys. */
  async hasPassword({ id }: Visitor): Promise<boolean> {
    return (await this.store.passwordOf(id)) !== undefined;
  }

  /** Returns the name that an account protects. @throws {Refusal} `bad_request` if the visitor has none. */
  private async requireName(visitor: Visitor): Promise<string> {
    requireCookie(visitor);
    const { username } = await this.visitors.profileById(visitor.id);
    if (username === ANONYMOUS) throw nameMissing();
    return username;
  }

  /**
   * Returns the options with which a browser creates a passkey.
   * @param origin the origin of the page.
   * @throws {Refusal} `bad_request` if the visitor has no name, `limit_reached` or `rate_limited`
   */
  async registrationOptions(
    origin: string,
    visitor: Visitor,
  ): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const username = await this.requireName(visitor);
    this.signIns.countChallenge(visitor.id, { address: visitor.address, device: undefined });
    return this.passkeys.registrationOptions(origin, visitor.id, username);
  }
}
