import type { Role } from '../../server/wire';
import type { Running } from './app';

/** Somebody as the server knows them: by their cookie, or not at all. */
export class Somebody {
  /** Their public id. */
  visitor = '';

  constructor(
    readonly url: string,
    public cookie = '',
  ) {}

  /** A browser that has been here: its cookie makes it a guest. */
  static async guest(url: string): Promise<Somebody> {
    const guest = new Somebody(url);
    const { body } = await guest.ask('GET', '/account');
    guest.visitor = String(body.visitor);
    return guest;
  }

  /** Somebody who came by a link that an owner made. */
  static async invited(by: Somebody, role: Role, username?: string): Promise<Somebody> {
    const { body } = await by.ask('POST', '/invitations', { role });
    const somebody = await Somebody.guest(by.url);
    await somebody.accept(String(body.url));
    if (username) await somebody.keep(username);
    return somebody;
  }

  /** The owner of a new server. */
  static async owner({ url, ownersLink }: Running, username?: string): Promise<Somebody> {
    const owner = await Somebody.guest(url);
    await owner.accept(await ownersLink());
    if (username) await owner.keep(username);
    return owner;
  }

  /** Comes in by an invitation: a link, or its secret alone. */
  accept(invitation: string): ReturnType<Somebody['ask']> {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    return this.ask('POST', '/invite', new URLSearchParams({ secret: invitation }).toString(), headers);
  }

  /** Takes a name and keeps it with a password. */
  async keep(username: string, password = `${username} keeps this`): Promise<void> {
    const named = await this.ask('POST', '/username', { username });
    if (named.status !== 200) throw new Error(`POST /username: ${named.status} ${named.text}`);
    const kept = await this.ask('PUT', '/account/password', { password });
    if (kept.status !== 204) throw new Error(`PUT /account/password: ${kept.status} ${kept.text}`);
  }

  /** Sends a request as this person's browser does, and keeps the cookie that comes back. */
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

  /** What other clients need to come as this person. */
  get headers(): Record<string, string> {
    return this.cookie ? { Cookie: this.cookie } : {};
  }
}
