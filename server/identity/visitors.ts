import type { IncomingMessage } from 'node:http';
import { Refusal } from '../refusal';
import type { Addresses } from './address';
import { ANONYMOUS } from './appearance';
import { Cookies, SESSION_AGE, type CookieIdentity } from './cookies';
import { LastSeen } from './last-seen';
import { skeletonOf } from './name';
import { hashOf, newId } from './secret';
import { TransientNames } from './transient-names';
import type { CredentialKind, Profile, Visitor, VisitorStore } from './visitor';

const DAY = 24 * 60 * 60 * 1_000;
/** The time after the last visit, in ms, after which a name without an account is free again. */
const NAME_LIFETIME = 30 * DAY;

const UNKNOWN_VISITOR: Profile = {
  username: ANONYMOUS,
  role: 'guest',
  account: false,
  mutedUntil: 0,
  bannedUntil: 0,
  seen: Infinity,
};

/** Identifies visitors by their cookies and tokens, and manages their names. */
export class Visitors {
  private readonly lastSeen: LastSeen;
  private readonly cookies: Cookies;
  private readonly transientNames: TransientNames;

  /** @param key the key that signs cookies; see {@link VisitorStore.signingKey}. */
  constructor(
    private readonly store: VisitorStore,
    private readonly addresses: Addresses,
    key: string,
  ) {
    this.lastSeen = new LastSeen(store);
    this.cookies = new Cookies(addresses, key);
    this.transientNames = new TransientNames(store);
  }

  /**
   * Identifies the visitor of a request or handshake by its token or cookie. Without either, it is a new visitor.
   * @param token the token of a script, if it is not in the `Authorization` header.
   * @throws {Refusal} `sign_in_required` if the token is unknown, or the session has ended: otherwise an open page
   *   would silently continue as another visitor.
   */
  async identify(request: IncomingMessage, token = bearerOf(request)): Promise<Visitor> {
    const visitor = await this.identifyOrReset(request, token);
    const cookie = token || visitor.credential ? undefined : this.cookies.read(request);
    if (cookie && 'session' in cookie) throw new Refusal('sign_in_required', 'signedOut');
    return visitor;
  }

  /**
   * Identifies the visitor of a request that opens a page, signs in or signs out: if its session has ended, it is a new
   * guest.
   * @throws {Refusal} `sign_in_required` if the token is unknown.
   */
  async identifyOrReset(request: IncomingMessage, token = bearerOf(request)): Promise<Visitor> {
    const address = this.addresses.of(request);
    const cookie = token ? undefined : this.cookies.read(request);
    const visitor = token
      ? await this.fromCredential('token', token)
      : cookie && (await this.fromCookie(cookie));
    if (token && !visitor) throw new Refusal('sign_in_required', 'tokenUnknown');
    if (!visitor) return { id: newId(), username: ANONYMOUS, isPersistent: false, address };
    const { username, seen } = await this.profileById(visitor.id);
    this.lastSeen.recordVisit(visitor.id, seen);
    return { ...visitor, username, isPersistent: true, address };
  }

  /**
   * Identifies a browser that opens a page, as {@link identifyOrReset} does, and makes its visitor persistent.
   * @returns the visitor, and the `Set-Cookie` header that identifies it from now on.
   */
  async identifyBrowser(request: IncomingMessage): Promise<{ visitor: Visitor; setCookie: string }> {
    const visitor = { ...(await this.identifyOrReset(request)), isPersistent: true };
    const session = visitor.credential && this.cookies.read(request);
    return { visitor, setCookie: this.cookies.serialize(request, session || { guest: visitor.id }) };
  }

  /** Returns the `Set-Cookie` header that signs a browser in. @param secret the secret of its session. */
  signInCookie(request: IncomingMessage, secret: string): string {
    return this.cookies.serialize(request, { session: secret });
  }

  /** Returns the `Set-Cookie` header that removes the cookie of a browser. */
  signOutCookie(request: IncomingMessage): string {
    return this.cookies.clear(request);
  }

  /** Returns the current profile of a visitor. */
  async profileOf({ id, isPersistent, username }: Visitor): Promise<Profile> {
    const profile = await this.profileById(id);
    // A visitor without a cookie keeps its name only for this connection, but can still be muted or banned.
    return isPersistent ? profile : { ...profile, username };
  }

  /** Returns the current profile of a persistent visitor, by id. */
  async profileById(id: string): Promise<Profile> {
    return (await this.store.profileOf(id)) ?? UNKNOWN_VISITOR;
  }

  /**
   * Checks that the credential of a connected visitor is still valid, and records its use.
   * @throws {Refusal} `sign_in_required` if it is not.
   */
  async recheckCredential({ id, isPersistent, credential }: Visitor): Promise<void> {
    if (!credential) {
      if (isPersistent && (await this.profileById(id)).account)
        throw new Refusal('sign_in_required', 'signedOut');
      return;
    }
    const last = await this.store.lastUseOf(credential);
    if (!last || hasExpired(last)) throw new Refusal('sign_in_required', 'signedOut');
    this.lastSeen.recordUse(credential, last.used);
  }

  /**
   * Keeps the name of a visitor that is not persistent, while its connection lasts.
   * @returns the function that frees it.
   */
  connect(visitor: Visitor): () => void {
    return visitor.isPersistent ? () => undefined : this.transientNames.connect(visitor);
  }

  /** Frees the names of visitors that are not persistent. */
  close(): Promise<void> {
    return this.transientNames.close();
  }

  /**
   * Renames a visitor.
   * @throws {Refusal} `name_taken` if another visitor has a name that looks like it; `conflict` if an account would have
   *   no name.
   */
  async rename(visitor: Visitor, username: string): Promise<void> {
    const { id, isPersistent } = visitor;
    const skeleton = username === ANONYMOUS ? null : skeletonOf(username);
    const now = Date.now();
    const abandonedBefore = now - NAME_LIFETIME;
    if (isPersistent) {
      const outcome = await this.store.claim(id, username, skeleton, abandonedBefore, now);
      if (outcome === 'name_taken') throw nameTaken(username);
      if (outcome === 'name_required') throw new Refusal('conflict', 'nameNeeded');
    } else if (!(await this.transientNames.reserve(id, skeleton, abandonedBefore, now))) {
      throw nameTaken(username);
    }
    visitor.username = username;
  }

  private async fromCookie(cookie: CookieIdentity): Promise<Pick<Visitor, 'id' | 'credential'> | undefined> {
    if ('session' in cookie) return this.fromCredential('session', cookie.session);
    // An account requires a credential: it invalidates the guest cookie from before.
    return (await this.profileById(cookie.guest)).account ? undefined : { id: cookie.guest };
  }

  private async fromCredential(
    kind: CredentialKind,
    secret: string,
  ): Promise<Pick<Visitor, 'id' | 'credential'> | undefined> {
    const credential = await this.store.credentialOf(kind, hashOf(secret));
    if (!credential || hasExpired({ kind, used: credential.used })) return undefined;
    this.lastSeen.recordUse(credential.id, credential.used);
    return { id: credential.visitor, credential: credential.id };
  }
}

/** Returns whether a session has expired for lack of use. Tokens do not expire. */
function hasExpired({ kind, used }: { kind: CredentialKind; used: number }): boolean {
  return kind === 'session' && Date.now() - used > SESSION_AGE * 1_000;
}

/** Returns the error for a name that another visitor has. */
function nameTaken(username: string): Refusal {
  return new Refusal('name_taken', ['nameTaken', username]);
}

/** @throws {Refusal} `bad_request` if nothing would identify the visitor again. */
export function requireCookie({ isPersistent }: Visitor): void {
  if (!isPersistent) throw new Refusal('bad_request', 'browserFirst');
}

/** Returns the refusal of an account without a name to sign in to. */
export function nameMissing(): Refusal {
  return new Refusal('bad_request', 'nameFirst');
}

/** Returns the bearer token of a request, if it has one (RFC 6750, section 2.1). */
export function bearerOf({ headers }: IncomingMessage): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
}
