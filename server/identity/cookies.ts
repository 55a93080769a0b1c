import { parseCookie, stringifySetCookie } from 'cookie';
import { sign, unsign } from 'cookie-signature';
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Addresses } from './address';

/** 400 days, in seconds: the longest that browsers keep a cookie (RFC 6265bis, section 5.5). */
export const COOKIE_AGE = 400 * 24 * 60 * 60;
/** 90 days, in seconds: after so long without a use, a session expires. */
export const SESSION_AGE = 90 * 24 * 60 * 60;
/** Before the secret of a session; the id of a guest has no such letter. */
const SESSION = '~';

/** What a cookie says: the id of a guest, signed by us, or the secret of a session. */
export type CookieIdentity = { guest: string } | { session: string };

/** The one cookie by which a browser comes back as the same visitor. */
export class Cookies {
  private readonly name: string;

  /** @param key signs the ids of guests. */
  constructor(
    private readonly addresses: Addresses,
    private readonly key: string,
  ) {
    // Browsers share cookies between ports: named after its key, one server's cookie doesn't replace another's.
    this.name = `parley_${createHash('sha256').update(key).digest('hex').slice(0, 8)}`;
  }

  /** What the cookie of a request says, if it has one that is whole. */
  read(request: IncomingMessage): CookieIdentity | undefined {
    const value = parseCookie(request.headers.cookie ?? '')[this.nameFor(request)];
    if (!value) return undefined;
    if (value.startsWith(SESSION)) return { session: value.slice(SESSION.length) };
    const guest = unsign(value, this.key);
    return guest ? { guest } : undefined;
  }

  /** The `Set-Cookie` header that says this from now on. */
  serialize(request: IncomingMessage, presented: CookieIdentity): string {
    if ('session' in presented) return this.set(request, SESSION + presented.session, SESSION_AGE);
    return this.set(request, sign(presented.guest, this.key), COOKIE_AGE);
  }

  /** The `Set-Cookie` header that makes a browser forget who it was. */
  clear(request: IncomingMessage): string {
    return this.set(request, '', 0);
  }

  private set(request: IncomingMessage, value: string, maxAge: number): string {
    return stringifySetCookie(this.nameFor(request), value, {
      httpOnly: true,
      sameSite: 'lax',
      secure: this.addresses.secure(request),
      path: '/',
      maxAge,
    });
  }

  /** Under TLS, no page of another host or without TLS can set a cookie of this name (RFC 6265bis, section 4.1.3). */
  private nameFor(request: IncomingMessage): string {
    return this.addresses.secure(request) ? `__Host-${this.name}` : this.name;
  }
}
