import { parseCookie, stringifySetCookie } from 'cookie';
import { sign, unsign } from 'cookie-signature';
import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** The name of everybody who has not chosen one. */
export const ANONYMOUS = 'Anonymous';

/** Somebody who reads or writes, the same on every transport. */
export interface Visitor {
  /** Public: it stands in every message. */
  readonly id: string;
  /** The name at the time of asking; {@link Visitors.usernameOf} knows the present one. */
  username: string;
  /** Whether a cookie brings the same visitor back; else it ends with the connection or request. */
  readonly lasting: boolean;
}

/** What is kept of visitors. */
export interface VisitorStore {
  /** The key that signs cookies: `fresh` if there was none yet, and the same ever after. */
  signingKey(fresh: string): Promise<string>;
  usernameOf(visitor: string): Promise<string | undefined>;
  setUsername(visitor: string, username: string): Promise<void>;
}

/** 400 days, in seconds: the longest that browsers keep a cookie (RFC 6265bis, section 5.5). */
const COOKIE_AGE = 400 * 24 * 60 * 60;

/** Knows who is asking. */
export class Visitors {
  private constructor(
    private readonly store: VisitorStore,
    private readonly key: string,
    private readonly cookie: string,
  ) {}

  static async open(store: VisitorStore): Promise<Visitors> {
    const key = await store.signingKey(randomBytes(32).toString('base64url'));
    // Browsers share cookies between ports: named after its key, one server's cookie doesn't replace another's.
    const name = `parley_${createHash('sha256').update(key).digest('hex').slice(0, 8)}`;
    return new Visitors(store, key, name);
  }

  /** Who sent this request or handshake: the visitor of its signed cookie, or a new one for it alone. */
  async identify(request: IncomingMessage): Promise<Visitor> {
    const signed = parseCookie(request.headers.cookie ?? '')[this.cookie];
    const id = signed ? unsign(signed, this.key) : false;
    if (!id) return { id: newId(), username: ANONYMOUS, lasting: false };
    return { id, username: (await this.store.usernameOf(id)) ?? ANONYMOUS, lasting: true };
  }

  /**
   * Like {@link identify}, for a page: a browser that is new becomes a lasting visitor.
   * @returns the visitor, and the `Set-Cookie` header that brings it back.
   */
  async welcome(request: IncomingMessage): Promise<{ visitor: Visitor; setCookie: string }> {
    const visitor = { ...(await this.identify(request)), lasting: true };
    const setCookie = stringifySetCookie(this.cookie, sign(visitor.id, this.key), {
      httpOnly: true,
      sameSite: 'lax',
      path: '/',
      maxAge: COOKIE_AGE,
    });
    return { visitor, setCookie };
  }

  /** The name that a visitor goes by now: another of its tabs may have changed it. */
  async usernameOf(visitor: Visitor): Promise<string> {
    if (!visitor.lasting) return visitor.username;
    return (await this.store.usernameOf(visitor.id)) ?? ANONYMOUS;
  }

  /** Gives a visitor another name, for as long as the visitor lasts. */
  async rename(visitor: Visitor, username: string): Promise<void> {
    if (visitor.lasting) await this.store.setUsername(visitor.id, username);
    visitor.username = username;
  }
}

function newId(): string {
  return randomBytes(9).toString('base64url');
}
