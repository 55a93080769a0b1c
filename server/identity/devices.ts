import { parseCookie, stringifySetCookie } from 'cookie';
import { sign, unsign } from 'cookie-signature';
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Addresses } from './address';
import { COOKIE_AGE } from './cookies';
import { newId } from './secret';

/**
 * Device cookies (OWASP, "Slow Down Online Guessing Attacks with Device Cookies"): they mark a browser that has signed
 * in to an account before, one for each account. They are sent to `/sessions` only, and authenticate nobody.
 */
export class Devices {
  private readonly prefix: string;
  private readonly key: string;

  /** @param key the key that signs the ids of guests. */
  constructor(
    private readonly addresses: Addresses,
    key: string,
  ) {
    this.prefix = `parley_device_${createHash('sha256').update(key).digest('hex').slice(0, 8)}_`;
    // A guest cookie's signature must not be valid for a device cookie.
    this.key = `${key} device`;
  }

  /** Returns the id of the device, if it has signed in to this account before. */
  of(request: IncomingMessage, visitor: string): string | undefined {
    return this.read(parseCookie(request.headers.cookie ?? '')[this.prefix + visitor], visitor);
  }

  /** Returns the id of the device, if it has signed in to any account before. */
  ofAny(request: IncomingMessage): string | undefined {
    for (const [name, value] of Object.entries(parseCookie(request.headers.cookie ?? ''))) {
      const device = name.startsWith(this.prefix) && this.read(value, name.slice(this.prefix.length));
      if (device) return device;
    }
    return undefined;
  }

  /** Returns the `Set-Cookie` header that marks a browser as a device of an account. */
  cookieFor(request: IncomingMessage, visitor: string): string {
    const device = this.of(request, visitor) ?? newId();
    return stringifySetCookie(this.prefix + visitor, sign(`${visitor}.${device}`, this.key), {
      httpOnly: true,
      sameSite: 'strict',
      secure: this.addresses.isSecure(request),
      path: '/sessions',
      maxAge: COOKIE_AGE,
    });
  }

  private read(value: string | undefined, visitor: string): string | undefined {
    const text = value && unsign(value, this.key);
    return text && text.startsWith(`${visitor}.`) ? text.slice(visitor.length + 1) : undefined;
  }
}
