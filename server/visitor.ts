import { parseCookie, stringifySetCookie } from 'cookie';
import { sign, unsign } from 'cookie-signature';
import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Addresses } from './address';
import { ANONYMOUS, skeletonOf } from './name';
import { Refusal } from './refusal';
import { hashOf, newId } from './secret';
import type { Role } from './wire';

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
export interface VisitorStore {
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
  /** Notes that a visitor is here. */
  see(visitor: string): Promise<void>;
  /** For whom a secret speaks, by its hash. */
  grantOf(kind: GrantKind, hash: string): Promise<{ id: string; visitor: string; used: number } | undefined>;
  /** Whether a session or token was not ended. */
  hasGrant(id: string): Promise<boolean>;
  /** Notes that a session or token is used. */
  use(grant: string): Promise<void>;
}

const DAY = 24 * 60 * 60 * 1_000;
/** 400 days, in seconds: the longest that browsers keep a cookie (RFC 6265bis, section 5.5). */
const COOKIE_AGE = (400 * DAY) / 1_000;
/** After so long without a visit, the name of somebody without an account is free again. */
const ABANDONED = 30 * DAY;
/** Before the secret of a session; the id of a guest has no such letter. */
const SESSION = '~';

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
  private constructor(
    private readonly store: VisitorStore,
    private readonly addresses: Addresses,
    private readonly key: string,
    private readonly cookie: string,
  ) {}

  static async open(store: VisitorStore, addresses: Addresses): Promise<Visitors> {
    const key = await store.signingKey(randomBytes(32).toString('base64url'));
    // Browsers share cookies between ports: named after its key, one server's cookie doesn't replace another's.
    const name = `parley_${createHash('sha256').update(key).digest('hex').slice(0, 8)}`;
    return new Visitors(store, addresses, key, name);
  }

  /**
   * Who sent this request or handshake: the visitor of its token or cookie, or a new one for it alone.
   * @param token what speaks for a script, if that is not in the `Authorization` header.
   * @throws {Refusal} 401 if the token speaks for nobody.
   */
  async identify(request: IncomingMessage, token = bearer(request)): Promise<Visitor> {
    const address = this.addresses.of(request);
    const visitor = token ? await this.granted('token', token) : await this.ofCookie(request);
    if (token && !visitor) throw new Refusal(401, 'That token is not known here, or it was revoked.');
    if (!visitor) return { id: newId(), username: ANONYMOUS, lasting: false, address };
    const { username, seen } = await this.known(visitor.id);
    if (Date.now() - seen > DAY) await this.store.see(visitor.id);
    return { ...visitor, username, lasting: true, address };
  }

  /**
   * Like {@link identify}, for a page: a browser that is new becomes a lasting visitor.
   * @returns the visitor, and the `Set-Cookie` header that brings it back.
   */
  async welcome(request: IncomingMessage): Promise<{ visitor: Visitor; setCookie: string }> {
    const visitor = { ...(await this.identify(request)), lasting: true };
    const own = visitor.grant && this.cookieOf(request);
    return { visitor, setCookie: this.setCookie(request, own || sign(visitor.id, this.key)) };
  }

  /** The `Set-Cookie` header that signs a browser in, with the secret of a session. */
  signIn(request: IncomingMessage, secret: string): string {
    return this.setCookie(request, SESSION + secret);
  }

  /** The `Set-Cookie` header that makes a browser forget who it was. */
  forget(request: IncomingMessage): string {
    return this.setCookie(request, '', 0);
  }

  /** What is known of a visitor now: another of its tabs may have changed it. */
  async standingOf({ id, lasting, username }: Visitor): Promise<Standing> {
    if (!lasting) return { ...STRANGER, username };
    return this.known(id);
  }

  /** The same of somebody else. */
  async known(id: string): Promise<Standing> {
    return (await this.store.standingOf(id)) ?? STRANGER;
  }

  /** Whether what spoke for a visitor when it came still does. */
  async stillSpeaks({ id, lasting, grant }: Visitor): Promise<boolean> {
    if (grant) return this.store.hasGrant(grant);
    return !lasting || !(await this.known(id)).account;
  }

  /**
   * Gives a visitor another name, for as long as the visitor lasts.
   * @throws {Refusal} 409 if somebody has a name that looks like it.
   */
  async rename(visitor: Visitor, username: string): Promise<void> {
    const skeleton = username === ANONYMOUS ? null : skeletonOf(username);
    const free = await this.store.claim(
      visitor.lasting ? visitor.id : '',
      username,
      skeleton,
      Date.now() - ABANDONED,
    );
    if (!free) throw taken(username);
    visitor.username = username;
  }

  private async ofCookie(request: IncomingMessage): Promise<Pick<Visitor, 'id' | 'grant'> | undefined> {
    const value = this.cookieOf(request);
    if (!value) return undefined;
    if (value.startsWith(SESSION)) return this.granted('session', value.slice(SESSION.length));
    const id = unsign(value, this.key);
    // Who has kept a name has to sign in: a cookie from before that speaks for nobody any more.
    return id && !(await this.known(id)).account ? { id } : undefined;
  }

  private async granted(kind: GrantKind, secret: string): Promise<Pick<Visitor, 'id' | 'grant'> | undefined> {
    const grant = await this.store.grantOf(kind, hashOf(secret));
    if (!grant) return undefined;
    if (Date.now() - grant.used > DAY) await this.store.use(grant.id);
    return { id: grant.visitor, grant: grant.id };
  }

  private cookieOf(request: IncomingMessage): string | undefined {
    return parseCookie(request.headers.cookie ?? '')[this.cookieName(request)];
  }

  /** Under TLS, no page of another host or without TLS can set a cookie of this name (RFC 6265bis, section 4.1.3). */
  private cookieName(request: IncomingMessage): string {
    return this.addresses.secure(request) ? `__Host-${this.cookie}` : this.cookie;
  }

  private setCookie(request: IncomingMessage, value: string, maxAge = COOKIE_AGE): string {
    return stringifySetCookie(this.cookieName(request), value, {
      httpOnly: true,
      sameSite: 'lax',
      secure: this.addresses.secure(request),
      path: '/',
      maxAge,
    });
  }
}

/** What a name is refused with that somebody else has. */
export function taken(username: string): Refusal {
  return new Refusal(409, `Somebody goes by the name "${username}", or by one that looks like it.`);
}

/** The token of a script (RFC 6750, section 2.1). */
function bearer({ headers }: IncomingMessage): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
}
