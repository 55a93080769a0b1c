import type { IncomingMessage } from 'node:http';
import type { Profile, Visitor } from '../identity/visitor';
import { bearerOf, type Visitors } from '../identity/visitors';
import { Refusal } from '../refusal';
import type { Limits } from './limits';

/** Who may come in: whoever can reach the server, who was invited, or who has an account. */
export type AccessMode = 'open' | 'invite' | 'closed';

/** Somebody who may open a connection, which counts towards the limits until it is released. */
export interface AuthorizedConnection {
  visitor: Visitor;
  release: () => void;
}

/** Somebody whose connection is open. */
export interface Connection {
  readonly visitor: Visitor;
  /** Ends the connection: nothing more is read for it. */
  disconnect(why: Refusal): void;
}

/** What the door has to know of bans. */
export interface BanStore {
  /** Until when an address is banned, in ms since 1970; past, or 0, where it is not. */
  bannedUntil(address: string): Promise<number>;
}

/** How often it is looked for sessions to check, how long after the last check one is due, in ms, and the most at a time. */
const CHECK_EVERY = 2_000;
const CHECK_AFTER = 60 * 60 * 1_000;
const CHECKS_MAX = 500;

/** Lets in whom the server is for, and puts out who may not stay. Every transport and every route asks here. */
export class AccessControl {
  /** Open connections, and when it was checked last that they may stay, in ms since 1970. */
  private readonly connections = new Map<Connection, number>();
  private readonly checking = setInterval(() => this.checkSessions(), CHECK_EVERY).unref();

  constructor(
    private readonly mode: AccessMode,
    private readonly visitors: Visitors,
    private readonly bans: BanStore,
    private readonly limits: Limits,
  ) {}

  /**
   * Who sent a request or handshake, if they may come in.
   * @param token what speaks for a script, if that is not in the `Authorization` header.
   * @throws {Refusal} 401 if they have to be invited or sign in first, 403 if they are banned.
   */
  async authorize(request: IncomingMessage, token?: string): Promise<Visitor> {
    const visitor = await this.visitors.identify(request, token);
    await this.check(visitor);
    return visitor;
  }

  /**
   * The same for somebody who opens a page: whose session was ended comes as a new guest.
   * @throws {Refusal} likewise.
   */
  async authorizePage(request: IncomingMessage): Promise<Visitor> {
    const visitor = await this.visitors.identifyOrReset(request);
    await this.check(visitor);
    return visitor;
  }

  /**
   * The same for somebody who comes to stay: a stream, a socket, a long poll.
   * @returns the visitor, and the function that releases their place when the connection closes, or does not come about.
   * @throws {Refusal} likewise, and 429 if they have too many connections.
   */
  async authorizeConnection(request: IncomingMessage, token?: string): Promise<AuthorizedConnection> {
    const visitor = await this.authorize(request, token);
    return { visitor, release: this.limits.reserve(visitor) };
  }

  /**
   * Who sent a request, if they may keep their name: whoever may come in, and who was invited to do just that.
   * @throws {Refusal} likewise.
   */
  async authorizeSignUp(request: IncomingMessage): Promise<Visitor> {
    const visitor = await this.visitors.identify(request);
    const profile = await this.visitors.profileOf(visitor);
    await this.refuseBanned(visitor, profile);
    if (!this.isSignUpAllowed(profile)) throw new Refusal('sign_in_required', WORDS[this.mode]);
    return visitor;
  }

  /** Whether somebody may keep their name; see {@link authorizeSignUp}. */
  async canSignUp(visitor: Visitor): Promise<boolean> {
    return this.isSignUpAllowed(await this.visitors.profileOf(visitor));
  }

  /** @throws {Refusal} `forbidden` if a script's token asks: a leaked token must not take the account over. */
  refuseToken(request: IncomingMessage): void {
    if (bearerOf(request))
      throw new Refusal('forbidden', 'A token cannot change its account. Sign in with a browser.');
  }

  /** Whether somebody is one of those whom the server is for. */
  async isAuthorized(visitor: Visitor): Promise<boolean> {
    return this.isAllowed(await this.visitors.profileOf(visitor));
  }

  /** @throws {Refusal} 401 or 403 if the access of somebody who was admitted has ended. */
  async recheck(visitor: Visitor): Promise<void> {
    await this.visitors.recheckCredential(visitor);
    await this.check(visitor);
  }

  /** @throws {Refusal} 403 if somebody is banned, or is nobody in particular and comes from a banned address. */
  async checkBan(visitor: Visitor): Promise<void> {
    await this.refuseBanned(visitor, await this.visitors.profileOf(visitor));
  }

  /** Notes that somebody's connection is open. What has changed since they were admitted counts. */
  addConnection(connection: Connection): void {
    this.connections.set(connection, Date.now());
    void this.recheckConnection(connection);
  }

  /** Notes that it is closed. */
  removeConnection(connection: Connection): void {
    this.connections.delete(connection);
  }

  /** Puts out those of whom something has changed and who may not stay. */
  async recheckConnections(concerned: (visitor: Visitor) => boolean): Promise<void> {
    const those = [...this.connections.keys()].filter(({ visitor }) => concerned(visitor));
    await Promise.all(those.map((connection) => this.recheckConnection(connection)));
  }

  /** The addresses that somebody's open connections come from. */
  addressesOf(visitor: string): string[] {
    const own = [...this.connections.keys()].filter(({ visitor: { id } }) => id === visitor);
    return [...new Set(own.map(({ visitor: { address } }) => address))];
  }

  /** Checks no session any more. */
  close(): void {
    clearInterval(this.checking);
  }

  /** Ends the connections of sessions that have expired; those of the others count as a use of them. */
  private checkSessions(): void {
    const now = Date.now();
    let checks = 0;
    for (const [connection, checked] of this.connections) {
      if (connection.visitor.credential === undefined || now - checked < CHECK_AFTER) continue;
      if ((checks += 1) > CHECKS_MAX) return;
      this.connections.set(connection, now);
      void this.recheckConnection(connection);
    }
  }

  /** Puts somebody out who may not stay. */
  private async recheckConnection(connection: Connection): Promise<void> {
    try {
      await this.recheck(connection.visitor);
    } catch (error) {
      // What can't be known now does not put anybody out.
      if (error instanceof Refusal) connection.disconnect(error);
      else console.error('It could not be seen whether somebody may stay:', error);
    }
  }

  private async check(visitor: Visitor): Promise<void> {
    const profile = await this.visitors.profileOf(visitor);
    await this.refuseBanned(visitor, profile);
    if (!this.isAllowed(profile)) throw new Refusal('sign_in_required', WORDS[this.mode]);
  }

  private isSignUpAllowed({ role, account }: Profile): boolean {
    return this.mode === 'open' || account || role !== 'guest';
  }

  private isAllowed({ role, account }: Profile): boolean {
    // An account can be made only by who may come in, or by who was invited to make one.
    return this.mode === 'open' || account || (this.mode === 'invite' && role !== 'guest');
  }

  private async refuseBanned({ address }: Visitor, { role, account, bannedUntil }: Profile): Promise<void> {
    if (bannedUntil > Date.now()) {
      throw new Refusal('banned', `You are banned from this chat${until(bannedUntil)}.`);
    }
    // Who is known here is not held responsible for others behind the same address.
    if (role !== 'guest' || account) return;
    const banned = await this.bans.bannedUntil(address);
    if (banned > Date.now())
      throw new Refusal('banned', `Your address is banned from this chat${until(banned)}.`);
  }
}

const WORDS: Record<AccessMode, string> = {
  open: '',
  invite: 'This chat is by invitation. Open your invitation link, or sign in.',
  closed: 'This chat is only for people with an account. Sign in.',
};

/** How long something holds; nothing where it holds for good. */
function until(time: number): string {
  return time >= FOREVER ? '' : ` until ${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** The time that does not come, in ms since 1970. */
export const FOREVER = Date.UTC(9999, 0);
