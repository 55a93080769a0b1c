import { parseCookie, stringifySetCookie } from 'cookie';
import { sign, unsign } from 'cookie-signature';
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Addresses } from './address';

/** 400 days, in s: the longest lifetime of a cookie in browsers (RFC 6265bis, section 5.5). */
export const COOKIE_AGE = 400 * 24 * 60 * 60;
/** 90 days, in s: the time without use after which a session expires. */
export const SESSION_AGE = 90 * 24 * 60 * 60;
/** Distinguishes the secret of a session from the signed id of a guest, which never contains it. */
const SESSION_PREFIX = '~';

/** The content of a cookie: the id of a guest, or the secret of a session. */
export type CookieIdentity = { guest: string } | { session: string };

/** The cookie that identifies a browser. */
export class Cookies {
  private readonly name: string;

  /** @param key the key that signs the ids of guests. */
  constructor(
    private readonly addresses: Addresses,
    private readonly key: string,
  ) {
    // Browsers share cookies between ports. With the key's hash in the name, two servers on one host do not overwrite
    // each other's cookie.
    this.name = `parley_${createHash('sha256').update(key).digest('hex').slice(0, 8)}`;
  }

  /** Returns the identity in the cookie of a request, if it has a valid one. */
  read(request: IncomingMessage): CookieIdentity | undefined {
    const value = parseCookie(request.headers.cookie ?? '')[this.nameFor(request)];
    if (!value) return undefined;
    if (value.startsWith(SESSION_PREFIX)) return { session: value.slice(SESSION_PREFIX.length) };
    const guest = unsign(value, this.key);
    return guest ? { guest } : undefined;
  }

  /** Returns the `Set-Cookie` header for an identity. */
  serialize(request: IncomingMessage, identity: CookieIdentity): string {
    if ('session' in identity) return this.set(request, SESSION_PREFIX + identity.session, SESSION_AGE);
    return this.set(request, sign(identity.guest, this.key), COOKIE_AGE);
  }

  /** Returns the `Set-Cookie` header that removes the cookie. */
  clear(request: IncomingMessage): string {
    return this.set(request, '', 0);
  }

  private set(request: IncomingMessage, value: string, maxAge: number): string {
    return stringifySetCookie(this.nameFor(request), value, {
      httpOnly: true,
      sameSite: 'lax',
      secure: this.addresses.isSecure(request),
      path: '/',
      maxAge,
    });
  }

  /** Under TLS, the prefix prevents other hosts and plain HTTP from setting the cookie (RFC 6265bis, section 4.1.3). */
  private nameFor(request: IncomingMessage): string {
    return this.addresses.isSecure(request) ? `__Host-${this.name}` : this.name;
  }
}
