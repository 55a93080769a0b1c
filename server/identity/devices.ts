import { parseCookie, stringifySetCookie } from 'cookie';
import { sign, unsign } from 'cookie-signature';
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Addresses } from './address';
import { COOKIE_AGE } from './cookies';
import { newId } from './secret';

/**
 * The cookies by which a browser that has signed in to an account is known when it signs in again (OWASP, "Slow Down
 * Online Guessing Attacks with Device Cookies"): one for each account, sent to `/sessions` alone. They let nobody in.
 */
export class Devices {
  private readonly prefix: string;
  private readonly key: string;

  /** @param key the one that signs the ids of guests. */
  constructor(
    private readonly addresses: Addresses,
    key: string,
  ) {
    this.prefix = `parley_device_${createHash('sha256').update(key).digest('hex').slice(0, 8)}_`;
    // What is signed for one purpose is not valid for the other.
    this.key = `${key} device`;
  }

  /** The id of the device, if it has signed in to this account before. */
  of(request: IncomingMessage, visitor: string): string | undefined {
    return this.read(parseCookie(request.headers.cookie ?? '')[this.prefix + visitor], visitor);
  }

  /** The same for any account. */
  ofAny(request: IncomingMessage): string | undefined {
    for (const [name, value] of Object.entries(parseCookie(request.headers.cookie ?? ''))) {
      const device = name.startsWith(this.prefix) && this.read(value, name.slice(this.prefix.length));
      if (device) return device;
    }
    return undefined;
  }

  /** The `Set-Cookie` header for a browser that has signed in to an account. */
  remember(request: IncomingMessage, visitor: string): string {
    const device = this.of(request, visitor) ?? newId();
    return stringifySetCookie(this.prefix + visitor, sign(`${visitor}.${device}`, this.key), {
      httpOnly: true,
      sameSite: 'strict',
      secure: this.addresses.secure(request),
      path: '/sessions',
      maxAge: COOKIE_AGE,
    });
  }

  private read(value: string | undefined, visitor: string): string | undefined {
    const text = value && unsign(value, this.key);
    return text && text.startsWith(`${visitor}.`) ? text.slice(visitor.length + 1) : undefined;
  }
}
