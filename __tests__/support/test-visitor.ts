import type { Role } from '../../server/wire';
import type { RunningApp } from './app';

/** An HTTP client that keeps its cookie, as the browser of one visitor does. */
export class TestVisitor {
  /** The visitor's public id. */
  id = '';

  constructor(
    readonly url: string,
    public cookie = '',
  ) {}

  /** Creates a guest: a visitor with a cookie and no account. */
  static async createGuest(url: string): Promise<TestVisitor> {
    const guest = new TestVisitor(url);
    const { body } = await guest.request('GET', '/account');
    guest.id = String(body.visitor);
    return guest;
  }

  /** Creates a guest who accepts an invitation. @param username if given, the guest also creates an account. */
  static async invite(by: TestVisitor, role: Role, username?: string): Promise<TestVisitor> {
    const { body } = await by.request('POST', '/invitations', { role });
    const guest = await TestVisitor.createGuest(by.url);
    await guest.acceptInvitation(String(body.url));
    if (username) await guest.createAccount(username);
    return guest;
  }

  /** Creates an owner. @param username if given, the owner also creates an account. */
  static async createOwner(
    { url, createOwnerInvitation: ownersLink }: RunningApp,
    username?: string,
  ): Promise<TestVisitor> {
    const owner = await TestVisitor.createGuest(url);
    await owner.acceptInvitation(await ownersLink());
    if (username) await owner.createAccount(username);
    return owner;
  }

  /** Accepts an invitation. @param link the link, or its secret alone. */
  acceptInvitation(link: string): ReturnType<TestVisitor['request']> {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    return this.request('POST', '/invite', new URLSearchParams({ secret: link }).toString(), headers);
  }

  /** Creates an account with a password, by default `<username> password`. */
  async createAccount(username: string, password = `${username} password`): Promise<void> {
    const renaming = await this.request('POST', '/username', { username });
    if (renaming.status !== 200) throw new Error(`POST /username: ${renaming.status} ${renaming.text}`);
    const creation = await this.request('PUT', '/account/password', { password });
    if (creation.status !== 204)
      throw new Error(`PUT /account/password: ${creation.status} ${creation.text}`);
  }

  /** Sends a request with the cookie, and stores the one that the response sets. Follows no redirect. */
  async request(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; headers: Headers; body: Record<string, unknown>; text: string }> {
    const response = await fetch(this.url + path, {
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
    const [cookie] = response.headers.getSetCookie();
    if (cookie) this.cookie = cookie.split(';')[0]!;
    const text = await response.text();
    const json = response.headers.get('content-type')?.startsWith('application/json') && text;
    return {
      status: response.status,
      headers: response.headers,
      body: json ? (JSON.parse(text) as Record<string, unknown>) : {},
      text,
    };
  }

  /** The headers with which another client is the same visitor. */
  get headers(): Record<string, string> {
    return this.cookie ? { Cookie: this.cookie } : {};
  }
}
