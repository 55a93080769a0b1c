import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Refusal } from '../refusal';
import type { Role } from '../wire';
import type { Addresses } from './address';
import { Cookies, SESSION_AGE, type Presented } from './cookies';
import { LastSeen, type LastSeenStore } from './last-seen';
import { ANONYMOUS, skeletonOf } from './name';
import { hashOf, newId } from './secret';

/** Somebody who reads or writes, the same on every transport. */
export interface Visitor {
  /** Public: it stands in every message. */
  readonly id: string;
  /** The name at the time of asking; {@link Visitors.standingOf} knows the present one. */
  username: string;
  /** Whether a cookie or a token brings the same visitor back; else it ends with the connection or request. */
  readonly lasting: boolean;
  /** Where it comes from, as limits and bans know it. */
  readonly address: string;
  /** The id of the session or token that spoke for it; a guest has none. */
  readonly grant?: string | undefined;
}

/** What is known of somebody. */
export interface Standing {
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
export type GrantKind = 'session' | 'token';

/** What is kept of visitors. */
export interface VisitorStore extends LastSeenStore {
  /** The key that signs cookies: `fresh` if there was none yet, and the same ever after. */
  signingKey(fresh: string): Promise<string>;
  /** What is known of a visitor, if anything is. */
  standingOf(visitor: string): Promise<Standing | undefined>;
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
  grantOf(kind: GrantKind, hash: string): Promise<{ id: string; visitor: string; used: number } | undefined>;
  /** When a session or token was used last, in ms since 1970, if it was not ended. */
  lastUseOf(grant: string): Promise<{ kind: GrantKind; used: number } | undefined>;
}

const DAY = 24 * 60 * 60 * 1_000;
/** After so long without a visit, the name of somebody without an account is free again. */
const ABANDONED = 30 * DAY;

const STRANGER: Standing = {
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
    const visitor = await this.identifyAnew(request, token);
    const cookie = token || visitor.grant ? undefined : this.cookies.of(request);
    if (cookie && 'session' in cookie) throw new Refusal(401, SIGNED_OUT);
    return visitor;
  }

  /**
   * The same for who opens a page, signs in or signs out: whose session was ended comes as a new guest.
   * @throws {Refusal} 401 if the token speaks for nobody.
   */
  async identifyAnew(request: IncomingMessage, token = bearerOf(request)): Promise<Visitor> {
    const address = this.addresses.of(request);
    const cookie = token ? undefined : this.cookies.of(request);
    const visitor = token ? await this.granted('token', token) : cookie && (await this.presented(cookie));
    if (token && !visitor) throw new Refusal(401, 'That token is not known here, or it was revoked.');
    if (!visitor) return { id: newId(), username: ANONYMOUS, lasting: false, address };
    const { username, seen } = await this.known(visitor.id);
    this.lastSeen.visitor(visitor.id, seen);
    return { ...visitor, username, lasting: true, address };
  }

  /**
   * Like {@link identifyAnew}, for a page: a browser that is new becomes a lasting visitor.
   * @returns the visitor, and the `Set-Cookie` header that brings it back.
   */
  async welcome(request: IncomingMessage): Promise<{ visitor: Visitor; setCookie: string }> {
    const visitor = { ...(await this.identifyAnew(request)), lasting: true };
    const own = visitor.grant && this.cookies.of(request);
    return { visitor, setCookie: this.cookies.give(request, own || { guest: visitor.id }) };
  }

  /** Where a request comes from, as limits and bans know it. */
  addressOf(request: IncomingMessage): string {
    return this.addresses.of(request);
  }

  /** Where a connection comes from, as limits know it; nothing if a trusted proxy is all that is known. */
  addressOfConnection({ remoteAddress }: Socket): string | undefined {
    return this.addresses.trusted(remoteAddress) ? undefined : this.addresses.network(remoteAddress);
  }

  /** The `Set-Cookie` header that signs a browser in, with the secret of a session. */
  signIn(request: IncomingMessage, secret: string): string {
    return this.cookies.give(request, { session: secret });
  }

  /** The `Set-Cookie` header that makes a browser forget who it was. */
  forget(request: IncomingMessage): string {
    return this.cookies.forget(request);
  }

  /** What is known of a visitor now: another of its tabs may have changed it. */
  async standingOf({ id, lasting, username }: Visitor): Promise<Standing> {
    const standing = await this.known(id);
    // Who does not last has a name only here; but may be muted or banned while the connection does.
    return lasting ? standing : { ...standing, username };
  }

  /** The same of somebody else. */
  async known(id: string): Promise<Standing> {
    return (await this.store.standingOf(id)) ?? STRANGER;
  }

  /**
   * Checks that what spoke for a visitor when it came still does; its connection counts as a use of that.
   * @throws {Refusal} 401 if it does not.
   */
  async stillSpeaks({ id, lasting, grant }: Visitor): Promise<void> {
    if (!grant) {
      if (lasting && (await this.known(id)).account) throw new Refusal(401, SIGNED_OUT);
      return;
    }
    const last = await this.store.lastUseOf(grant);
    if (!last || hasExpired(last)) throw new Refusal(401, SIGNED_OUT);
    this.lastSeen.grant(grant, last.used);
  }

  /**
   * Gives a visitor another name, for as long as the visitor lasts.
   * @throws {Refusal} 409 if somebody has a name that looks like it.
   */
  async rename(visitor: Visitor, username: string): Promise<void> {
    const { id, lasting } = visitor;
    const skeleton = username === ANONYMOUS ? null : skeletonOf(username);
    const abandoned = Date.now() - ABANDONED;
    // Who does not last takes no name away from anybody.
    const free = lasting
      ? await this.store.claim(id, username, skeleton, abandoned)
      : skeleton === null || !(await this.store.isTaken(skeleton, abandoned));
    if (!free) throw taken(username);
    visitor.username = username;
  }

  private async presented(cookie: Presented): Promise<Pick<Visitor, 'id' | 'grant'> | undefined> {
    if ('session' in cookie) return this.granted('session', cookie.session);
    // Who has kept a name has to sign in: a cookie from before that speaks for nobody any more.
    return (await this.known(cookie.guest)).account ? undefined : { id: cookie.guest };
  }

  private async granted(kind: GrantKind, secret: string): Promise<Pick<Visitor, 'id' | 'grant'> | undefined> {
    const grant = await this.store.grantOf(kind, hashOf(secret));
    if (!grant || hasExpired({ kind, used: grant.used })) return undefined;
    this.lastSeen.grant(grant.id, grant.used);
    return { id: grant.visitor, grant: grant.id };
  }
}

const SIGNED_OUT = 'You were signed out.';

/** Whether a session was not used for too long. Tokens do not expire. */
function hasExpired({ kind, used }: { kind: GrantKind; used: number }): boolean {
  return kind === 'session' && Date.now() - used > SESSION_AGE * 1_000;
}

/** What a name is refused with that somebody else has. */
export function taken(username: string): Refusal {
  return new Refusal(409, `Somebody goes by the name "${username}", or by one that looks like it.`);
}

/** The token that a script sends, if one does (RFC 6750, section 2.1). */
export function bearerOf({ headers }: IncomingMessage): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
}
