import type { Role } from '../../server/wire';
import type { Running } from './app';

/** A visitor with a browser, who keeps the cookie that the server sets. */
export class Somebody {
  /** The public id. */
  visitor = '';

  constructor(
    readonly url: string,
    public cookie = '',
  ) {}

  /** Opens the page, whose cookie makes the visitor a guest. */
  static async guest(url: string): Promise<Somebody> {
    const guest = new Somebody(url);
    const { body } = await guest.ask('GET', '/account');
    guest.visitor = String(body.visitor);
    return guest;
  }

  /** Creates a guest who has accepted an invitation. */
  static async invited(by: Somebody, role: Role, username?: string): Promise<Somebody> {
    const { body } = await by.ask('POST', '/invitations', { role });
    const somebody = await Somebody.guest(by.url);
    await somebody.accept(String(body.url));
    if (username) await somebody.keep(username);
    return somebody;
  }

  /** Creates the owner of a new server. */
  static async owner({ url, ownersLink }: Running, username?: string): Promise<Somebody> {
    const owner = await Somebody.guest(url);
    await owner.accept(await ownersLink());
    if (username) await owner.keep(username);
    return owner;
  }

  /** Accepts an invitation. @param link the link, or its secret alone. */
  accept(invitation: string): ReturnType<Somebody['ask']> {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    return this.ask('POST', '/invite', new URLSearchParams({ secret: invitation }).toString(), headers);
  }

  /** Creates an account with a password. */
  async keep(username: string, password = `${username} keeps this`): Promise<void> {
    const named = await this.ask('POST', '/username', { username });
    if (named.status !== 200) throw new Error(`POST /username: ${named.status} ${named.text}`);
    const kept = await this.ask('PUT', '/account/password', { password });
    if (kept.status !== 204) throw new Error(`PUT /account/password: ${kept.status} ${kept.text}`);
  }

  /** Sends a request as this visitor's browser would, and keeps the cookie of the response. */
  async ask(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; headers: Headers; body: Record<string, unknown>; text: string }> {
    const answer = await fetch(this.url + path, {
      method,
      redirect: 'manual',
      headers: {
        Accept: 'application/json',
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(this.cookie && { Cookie: this.cookie }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const [set] = answer.headers.getSetCookie();
    if (set) this.cookie = set.split(';')[0]!;
    const text = await answer.text();
    const json = answer.headers.get('content-type')?.startsWith('application/json') && text;
    return {
      status: answer.status,
      headers: answer.headers,
      body: json ? (JSON.parse(text) as Record<string, unknown>) : {},
      text,
    };
  }

  /** The headers with which other clients are the same visitor. */
  get headers(): Record<string, string> {
    return this.cookie ? { Cookie: this.cookie } : {};
  }
}
