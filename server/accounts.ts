import type { PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server';
import { ANONYMOUS, checkName, skeletonOf } from './name';
import type { Limits } from './limits';
import { hashPassword, isPassword } from './password';
import type { Passkeys } from './passkeys';
import { Refusal } from './refusal';
import { hashOf, newId, newSecret } from './secret';
import type { GrantKind, Visitor, Visitors } from './visitor';

/** What speaks for an account, as its owner sees it. */
export interface Grant {
  id: string;
  kind: GrantKind;
  /** The browser, or what its owner calls the script. */
  label: string;
  /** When it was made, and the day on which it was used last, in ms since 1970. */
  at: number;
  used: number;
}

/** A grant that is not stored yet, with the hash of its secret. */
export interface NewGrant extends Grant {
  hash: string;
}

/** Where accounts are kept. */
export interface AccountStore {
  passwordOf(visitor: string): Promise<string | undefined>;
  /** Stores the hash of a password and, in the same transaction, a session if one is given. */
  setPassword(visitor: string, hash: string, session?: NewGrant): Promise<void>;
  /** Who has a name that looks like this one. */
  visitorOf(skeleton: string): Promise<string | undefined>;
  addGrant(visitor: string, grant: NewGrant): Promise<void>;
  grantsOf(visitor: string): Promise<Grant[]>;
  /** @returns whether there was one to end. */
  endGrant(visitor: string, id: string): Promise<boolean>;
}

/** How an account is signed in to. */
export interface Credentials {
  username: string;
  password: string;
}

/** The most sessions and tokens that one account has. */
const MOST = 50;

/** Names that are kept: with a password or a passkey, without an e-mail address. */
export class Accounts {
  /** @param ended is told of what speaks for nobody any more. */
  constructor(
    private readonly store: AccountStore,
    private readonly visitors: Visitors,
    readonly passkeys: Passkeys,
    private readonly limits: Limits,
    private readonly ended: (concerned: (visitor: Visitor) => boolean) => Promise<void>,
  ) {}

  /**
   * Keeps a visitor's name with a password, or gives an account another one. A guest is signed in as well, at once:
   * its cookie speaks for nobody from then on.
   * @param current the password so far, where there is one.
   * @param label the browser, for the session of a guest.
   * @returns the secret of that session.
   * @throws {Refusal} 400 if there is no name to keep, 403 if `current` is wrong, 429.
   */
  async setPassword(
    visitor: Visitor,
    password: string,
    current: string | undefined,
    label: string,
  ): Promise<string | undefined> {
    await this.nameToKeep(visitor);
    this.limits.take('signIns', visitor);
    const known = await this.store.passwordOf(visitor.id);
    if (known && !(await isPassword(current ?? '', known))) {
      throw new Refusal(403, 'The present password is wrong.');
    }
    const session = visitor.grant ? undefined : newGrant('session', label);
    await this.store.setPassword(visitor.id, await hashPassword(password), session && hashed(session));
    return session?.secret;
  }

  /** Whether a visitor's name is kept with a password: it may be with a passkey alone. */
  async hasPassword({ id }: Visitor): Promise<boolean> {
    return (await this.store.passwordOf(id)) !== undefined;
  }

  /** The name that a visitor can keep. @throws {Refusal} 400 if that has none of its own. */
  async nameToKeep(visitor: Visitor): Promise<string> {
    if (!visitor.lasting) throw new Refusal(400, 'Open the page first: there is no cookie that knows you.');
    const { username } = await this.visitors.known(visitor.id);
    if (username === ANONYMOUS) throw new Refusal(400, 'Choose a name first: that is what is kept.');
    return username;
  }

  /**
   * Who has a name and its password.
   * @param address where the attempt comes from.
   * @throws {Refusal} 401 if that is nobody, 429 after too many attempts.
   */
  async signIn({ username, password }: Credentials, address: string): Promise<string> {
    const skeleton = skeletonOf(checkName(username));
    this.limits.take('signIns', { id: `name ${skeleton}`, address });
    const visitor = await this.store.visitorOf(skeleton);
    const hash = visitor && (await this.store.passwordOf(visitor));
    if (!(await isPassword(password, hash)) || !visitor) {
      throw new Refusal(401, 'The name or the password is wrong.');
    }
    return visitor;
  }

  /**
   * What a browser is asked to sign in with by a passkey. @param origin that of the page.
   * @throws {Refusal} 429 after too many attempts.
   */
  async challenge(origin: string, by: Visitor): Promise<PublicKeyCredentialRequestOptionsJSON> {
    this.limits.take('signIns', by);
    return this.passkeys.authentication(origin);
  }

  /** What speaks for an account. */
  grants(visitor: Visitor): Promise<Grant[]> {
    return this.store.grantsOf(visitor.id);
  }

  /** Signs a browser in. @returns the secret that it comes back with. */
  openSession(visitor: string, label: string): Promise<{ grant: Grant; secret: string }> {
    return this.open(visitor, 'session', label);
  }

  /**
   * Makes a token for a script.
   * @returns its secret, which is told this once.
   * @throws {Refusal} 400 if the visitor has no account.
   */
  async makeToken(visitor: Visitor, label: string): Promise<{ grant: Grant; secret: string }> {
    const { account } = await this.visitors.standingOf(visitor);
    if (!account) throw new Refusal(400, 'Keep your name first: a token speaks for an account.');
    return this.open(visitor.id, 'token', label);
  }

  /** Ends a session or token, and what was opened with it; one that has ended already is no error. */
  async end({ id: visitor }: Visitor, id: string): Promise<void> {
    if (await this.store.endGrant(visitor, id)) await this.ended(({ grant }) => grant === id);
  }

  /** Whoever came as a guest of this id, before it was an account's, has to come again. */
  async kept(visitor: string): Promise<void> {
    await this.ended(({ id, grant }) => id === visitor && !grant);
  }

  private async open(
    visitor: string,
    kind: GrantKind,
    label: string,
  ): Promise<{ grant: Grant; secret: string }> {
    const own = await this.store.grantsOf(visitor);
    const [oldest] = own.filter((grant) => grant.kind === kind).sort((a, b) => a.used - b.used);
    if (oldest && own.length >= MOST) {
      if (kind === 'token') throw new Refusal(409, `There are ${MOST} of them. Revoke some first.`);
      await this.store.endGrant(visitor, oldest.id);
    }
    const made = newGrant(kind, label);
    await this.store.addGrant(visitor, hashed(made));
    return made;
  }
}

function newGrant(kind: GrantKind, label: string): { grant: Grant; secret: string } {
  const now = Date.now();
  return { grant: { id: newId(), kind, label, at: now, used: now }, secret: newSecret() };
}

function hashed({ grant, secret }: { grant: Grant; secret: string }): NewGrant {
  return { ...grant, hash: hashOf(secret) };
}
