import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Refusal } from '../refusal';
import type { Role } from '../wire';
import type { Addresses } from './address';
import { Cookies, SESSION_AGE, type CookieIdentity } from './cookies';
import { LastSeen, type LastSeenStore } from './last-seen';
import { ANONYMOUS, skeletonOf } from './name';
import { hashOf, newId } from './secret';

/** Somebody who reads or writes, the same on every transport. */
export interface Visitor {
  /** Public: it stands in every message. */
  readonly id: string;
  /** The name at the time of asking; {@link Visitors.profileOf} knows the present one. */
  username: string;
  /** Whether a cookie or a token brings the same visitor back; else it ends with the connection or request. */
  readonly isPersistent: boolean;
  /** Where it comes from, as limits and bans know it. */
  readonly address: string;
  /** The id of the session or token that spoke for it; a guest has none. */
  readonly credential?: string | undefined;
}

/** What is known of somebody. */
export interface Profile {
  username: string;
  role: Role;
  /** Whether the name is kept, with a password or a passkey. */
  account: boolean;
  /** In ms since 1970; past, or 0, where it does not hold. */
  mutedUntil: number;
  bannedUntil: number;
  /** When this visitor was here last, to the day. */
  seen: number;
}

/** What speaks for an account: a browser that is signed in, or a script's token. */
export type CredentialKind = 'session' | 'token';

/** What is kept of visitors. */
export interface VisitorStore extends LastSeenStore {
  /** The key that signs cookies: `fresh` if there was none yet, and the same ever after. */
  signingKey(fresh: string): Promise<string>;
  /** What is known of a visitor, if anything is. */
  profileOf(visitor: string): Promise<Profile | undefined>;
  /**
   * Gives a visitor a name, and so frees the one it had.
   * @param skeleton what it looks like; null for the name that everybody may have.
   * @param abandoned a name without an account is free if its owner was not here since then, in ms since 1970.
   * @returns whether nobody else has a name that looks like it.
   */
  claim(visitor: string, username: string, skeleton: string | null, abandoned: number): Promise<boolean>;
  /** Whether somebody has a name that looks like this one; see {@link claim}. */
  isTaken(skeleton: string, abandoned: number): Promise<boolean>;
  /** For whom a secret speaks, by its hash. */
  credentialOf(
    kind: CredentialKind,
    hash: string,
  ): Promise<{ id: string; visitor: string; used: number } | undefined>;
  /** When a session or token was used last, in ms since 1970, if it was not ended. */
  lastUseOf(credential: string): Promise<{ kind: CredentialKind; used: number } | undefined>;
}

const DAY = 24 * 60 * 60 * 1_000;
/** After so long without a visit, the name of somebody without an account is free again. */
const NAME_EXPIRES_AFTER = 30 * DAY;

const UNKNOWN_VISITOR: Profile = {
  username: ANONYMOUS,
  role: 'guest',
  account: false,
  mutedUntil: 0,
  bannedUntil: 0,
  seen: Infinity,
};

/** Knows who is asking. */
export class Visitors {
  private readonly lastSeen: LastSeen;

  private constructor(
    private readonly store: VisitorStore,
    private readonly addresses: Addresses,
    private readonly cookies: Cookies,
  ) {
    this.lastSeen = new LastSeen(store);
  }

  static async open(store: VisitorStore, addresses: Addresses): Promise<Visitors> {
    const key = await store.signingKey(randomBytes(32).toString('base64url'));
    return new Visitors(store, addresses, new Cookies(addresses, key));
  }

  /**
   * Who sent this request or handshake: the visitor of its token or cookie, or a new one for it alone.
   * @param token what speaks for a script, if that is not in the `Authorization` header.
   * @throws {Refusal} 401 if the token speaks for nobody, or the session was ended or has expired: a page that is open
   *   would go on as somebody else, and not know it.
   */
  async identify(request: IncomingMessage, token = bearerOf(request)): Promise<Visitor> {
    const visitor = await this.identifyOrReset(request, token);
    const cookie = token || visitor.credential ? undefined : this.cookies.read(request);
    if (cookie && 'session' in cookie) throw new Refusal('sign_in_required', SIGNED_OUT);
    return visitor;
  }

  /**
   * The same for who opens a page, signs in or signs out: whose session was ended comes as a new guest.
   * @throws {Refusal} 401 if the token speaks for nobody.
   */
  async identifyOrReset(request: IncomingMessage, token = bearerOf(request)): Promise<Visitor> {
    const address = this.addresses.of(request);
    const cookie = token ? undefined : this.cookies.read(request);
    const visitor = token
      ? await this.fromCredential('token', token)
      : cookie && (await this.fromCookie(cookie));
    if (token && !visitor)
      throw new Refusal('sign_in_required', 'That token is not known here, or it was revoked.');
    if (!visitor) return { id: newId(), username: ANONYMOUS, isPersistent: false, address };
    const { username, seen } = await this.profileById(visitor.id);
    this.lastSeen.visitor(visitor.id, seen);
    return { ...visitor, username, isPersistent: true, address };
  }

  /**
   * Like {@link identifyOrReset}, for a page: a browser that is new becomes a lasting visitor.
   * @returns the visitor, and the `Set-Cookie` header that brings it back.
   */
  async identifyBrowser(request: IncomingMessage): Promise<{ visitor: Visitor; setCookie: string }> {
    const visitor = { ...(await this.identifyOrReset(request)), isPersistent: true };
    const own = visitor.credential && this.cookies.read(request);
    return { visitor, setCookie: this.cookies.serialize(request, own || { guest: visitor.id }) };
  }

  /** The `Set-Cookie` header that signs a browser in, with the secret of a session. */
  signIn(request: IncomingMessage, secret: string): string {
    return this.cookies.serialize(request, { session: secret });
  }

  /** The `Set-Cookie` header that makes a browser forget who it was. */
  signOut(request: IncomingMessage): string {
    return this.cookies.clear(request);
  }

  /** What is known of a visitor now: another of its tabs may have changed it. */
  async profileOf({ id, isPersistent, username }: Visitor): Promise<Profile> {
    const profile = await this.profileById(id);
    // Who does not last has a name only here; but may be muted or banned while the connection does.
    return isPersistent ? profile : { ...profile, username };
  }

  /** The same of somebody else. */
  async profileById(id: string): Promise<Profile> {
    return (await this.store.profileOf(id)) ?? UNKNOWN_VISITOR;
  }

  /**
   * Checks that what spoke for a visitor when it came still does; its connection counts as a use of that.
   * @throws {Refusal} 401 if it does not.
   */
  async recheckCredential({ id, isPersistent, credential }: Visitor): Promise<void> {
    if (!credential) {
      if (isPersistent && (await this.profileById(id)).account)
        throw new Refusal('sign_in_required', SIGNED_OUT);
      return;
    }
    const last = await this.store.lastUseOf(credential);
    if (!last || hasExpired(last)) throw new Refusal('sign_in_required', SIGNED_OUT);
    this.lastSeen.credential(credential, last.used);
  }

  /**
   * Gives a visitor another name, for as long as the visitor lasts.
   * @throws {Refusal} 409 if somebody has a name that looks like it.
   */
  async rename(visitor: Visitor, username: string): Promise<void> {
    const { id, isPersistent } = visitor;
    const skeleton = username === ANONYMOUS ? null : skeletonOf(username);
    const abandoned = Date.now() - NAME_EXPIRES_AFTER;
    // Who does not last takes no name away from anybody.
    const free = isPersistent
      ? await this.store.claim(id, username, skeleton, abandoned)
      : skeleton === null || !(await this.store.isTaken(skeleton, abandoned));
    if (!free) throw nameTaken(username);
    visitor.username = username;
  }

  private async fromCookie(cookie: CookieIdentity): Promise<Pick<Visitor, 'id' | 'credential'> | undefined> {
    if ('session' in cookie) return this.fromCredential('session', cookie.session);
    // Who has kept a name has to sign in: a cookie from before that speaks for nobody any more.
    return (await this.profileById(cookie.guest)).account ? undefined : { id: cookie.guest };
  }

  private async fromCredential(
    kind: CredentialKind,
    secret: string,
  ): Promise<Pick<Visitor, 'id' | 'credential'> | undefined> {
    const credential = await this.store.credentialOf(kind, hashOf(secret));
    if (!credential || hasExpired({ kind, used: credential.used })) return undefined;
    this.lastSeen.credential(credential.id, credential.used);
    return { id: credential.visitor, credential: credential.id };
  }
}

const SIGNED_OUT = 'You were signed out.';

/** Whether a session was not used for too long. Tokens do not expire. */
function hasExpired({ kind, used }: { kind: CredentialKind; used: number }): boolean {
  return kind === 'session' && Date.now() - used > SESSION_AGE * 1_000;
}

/** What a name is refused with that somebody else has. */
export function nameTaken(username: string): Refusal {
  return new Refusal('name_taken', `Somebody goes by the name "${username}", or by one that looks like it.`);
}

/** The token that a script sends, if one does (RFC 6750, section 2.1). */
export function bearerOf({ headers }: IncomingMessage): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
}
