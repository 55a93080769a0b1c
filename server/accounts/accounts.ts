import type {
  PublicKeyCredentialCreationOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import type { VisitorLimits } from '../access/visitor-limits';
import type { SignInLimits } from '../access/sign-in-limits';
import { ANONYMOUS } from '../identity/name';
import type { Visitor } from '../identity/visitor';
import type { Visitors } from '../identity/visitors';
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
  /** Whether the other browsers are signed out. */
  endOtherSessions: boolean;
}

/** Accounts: names that are kept with a password or a passkey. */
export class Accounts {
  constructor(
    private readonly store: AccountStore,
    private readonly visitors: Visitors,
    private readonly passkeys: Passkeys,
    private readonly limits: VisitorLimits,
    private readonly signIns: SignInLimits,
  ) {}

  /**
   * Keeps a visitor's name with a password, or changes the password of an account. A guest is signed in, since its guest
   * cookie is invalid from then on.
   * @param label what people call the browser, for the session of a guest.
   * @returns the secret of that session.
   * @throws {Refusal} `bad_request` if there is no name to keep, `wrong_password`, `conflict` or `rate_limited`
   */
  async setPassword(
    visitor: Visitor,
    { password, current, endOtherSessions }: PasswordChange,
    label: string,
  ): Promise<string | undefined> {
    await this.nameToKeep(visitor);
    this.limits.consume('signIns', visitor);
    const known = await this.store.passwordOf(visitor.id);
    if (known && !(await isPassword(current ?? '', known, visitor.address))) {
      throw new Refusal('wrong_password', 'The current password is wrong.');
    }
    const session = visitor.credential ? undefined : newCredential('session', label);
    const hash = await hashPassword(password, visitor.address);
    const only = known && endOtherSessions ? visitor.credential : undefined;
    // Hashing takes a while: the password may have changed since it was checked.
    if (
      (await this.store.setPassword(visitor.id, known, hash, session && withHash(session), only)) !== 'done'
    )
      throw new Refusal('conflict', 'The password has just been changed. Try again with the new one.');
    return session?.secret;
  }

  /**
   * Keeps a visitor's name with a passkey. A guest is signed in; see {@link setPassword}.
   * @param origin the page's.
   * @throws {Refusal} `bad_request` if there is no name to keep or no challenge, `conflict` or `limit_reached`
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

  /** Returns whether an account has a password; it may have only passkeys. */
  async hasPassword({ id }: Visitor): Promise<boolean> {
    return (await this.store.passwordOf(id)) !== undefined;
  }

  /** Returns the name that a visitor can keep. @throws {Refusal} `bad_request` if it has none. */
  private async nameToKeep(visitor: Visitor): Promise<string> {
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
   * Returns what a browser needs to create a passkey.
   * @param origin the page's.
   * @throws {Refusal} `bad_request` if there is no name to keep, or `rate_limited`
   */
  async registration(origin: string, visitor: Visitor): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const username = await this.nameToKeep(visitor);
    this.signIns.countChallenge(visitor.id, { address: visitor.address, device: undefined });
    return this.passkeys.registration(origin, visitor.id, username);
  }
}
