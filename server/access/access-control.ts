import type { IncomingMessage } from 'node:http';
import type { Profile, Visitor } from '../identity/visitor';
import { bearerOf, type Visitors } from '../identity/visitors';
import { Refusal } from '../refusal';
import type { VisitorLimits } from './visitor-limits';
import { formatExpiry } from './expiry';

/** For whom the chat is: everybody who can reach the server, people who were invited, or people with an account. */
export type AccessMode = 'open' | 'invite' | 'closed';

/** A visitor who may open a connection, which counts towards the limits until it is released. */
export interface AuthorizedConnection {
  visitor: Visitor;
  release: () => void;
}

/** An open socket or stream. */
export interface Connection {
  readonly visitor: Visitor;
  /** Closes the connection, and reads nothing more for it. */
  disconnect(why: Refusal): void;
}

/** Where banned addresses are stored. */
export interface BanStore {
  /** Returns until when an address is banned, in ms since 1970: a past time, or 0, if it is not. */
  bannedUntil(address: string): Promise<number>;
}

/** How often due checks are made, how long after a check the next is due, in ms, and the most checks at a time. */
const CHECK_EVERY = 2_000;
const CHECK_AFTER = 60 * 60 * 1_000;
const CHECKS_MAX = 500;

/** Decides who may read and write, and disconnects visitors who no longer may. All transports and routes use it. */
export class AccessControl {
  /** The open connections, and when the access of each was last checked, in ms since 1970. */
  private readonly connections = new Map<Connection, number>();
  private readonly checking = setInterval(() => this.checkSessions(), CHECK_EVERY).unref();

  constructor(
    private readonly mode: AccessMode,
    private readonly visitors: Visitors,
    private readonly bans: BanStore,
    private readonly limits: VisitorLimits,
  ) {}

  /**
   * Returns the visitor who sent a request or handshake, if it has access.
   * @param token a script's token, if it is not in the `Authorization` header.
   * @throws {Refusal} `sign_in_required` or `banned`
   */
  async authorize(request: IncomingMessage, token?: string): Promise<Visitor> {
    const visitor = await this.visitors.identify(request, token);
    await this.check(visitor);
    return visitor;
  }

  /**
   * Does the same for a request that opens a page: a visitor whose session has ended becomes a new guest.
   * @throws {Refusal} as {@link authorize} does.
   */
  async authorizePage(request: IncomingMessage): Promise<Visitor> {
    const visitor = await this.visitors.identifyOrReset(request);
    await this.check(visitor);
    return visitor;
  }

  /**
   * Does the same for a connection: a stream, a socket or a long poll.
   * @returns the visitor, and the function to call when the connection closes, or fails to open.
   * @throws {Refusal} as {@link authorize} does, and `too_many_connections`.
   */
  async authorizeConnection(request: IncomingMessage, token?: string): Promise<AuthorizedConnection> {
    const visitor = await this.authorize(request, token);
    return { visitor, release: this.limits.reserve(visitor) };
  }

  /**
   * Returns the visitor who sent a request, if it may keep its name: it has access, or an invitation.
   * @throws {Refusal} as {@link authorize} does.
   */
  async authorizeSignUp(request: IncomingMessage): Promise<Visitor> {
    const visitor = await this.visitors.identify(request);
    const profile = await this.visitors.profileOf(visitor);
    await this.refuseBanned(visitor, profile);
    if (!this.isSignUpAllowed(profile)) throw new Refusal('sign_in_required', WORDS[this.mode]);
    return visitor;
  }

  /** Returns whether a visitor may keep its name; see {@link authorizeSignUp}. */
  async canSignUp(visitor: Visitor): Promise<boolean> {
    return this.isSignUpAllowed(await this.visitors.profileOf(visitor));
  }

  /** @throws {Refusal} `forbidden` if a request has a token: a leaked one must not take over the account. */
  refuseToken(request: IncomingMessage): void {
    if (bearerOf(request))
      throw new Refusal('forbidden', 'A token cannot change its account. Sign in with a browser.');
  }

  /** Returns whether a visitor has access, unless it is banned. */
  async isAuthorized(visitor: Visitor): Promise<boolean> {
    return this.isAllowed(await this.visitors.profileOf(visitor));
  }

  /** @throws {Refusal} `sign_in_required` or `banned` if a visitor has lost access since it was authorized. */
  async recheck(visitor: Visitor): Promise<void> {
    await this.visitors.recheckCredential(visitor);
    await this.check(visitor);
  }

  /** @throws {Refusal} `banned` if a visitor is banned, or is a guest from a banned address. */
  async checkBan(visitor: Visitor): Promise<void> {
    await this.refuseBanned(visitor, await this.visitors.profileOf(visitor));
  }

  /** Registers an open connection, and rechecks it: access may have changed since it was authorized. */
  addConnection(connection: Connection): void {
    this.connections.set(connection, Date.now());
    void this.recheckConnection(connection);
  }

  /** Forgets a closed connection. */
  removeConnection(connection: Connection): void {
    this.connections.delete(connection);
  }

  /** Rechecks connections, and closes those of visitors who have lost access. */
  async recheckConnections(concerned: (visitor: Visitor) => boolean): Promise<void> {
    const those = [...this.connections.keys()].filter(({ visitor }) => concerned(visitor));
    await Promise.all(those.map((connection) => this.recheckConnection(connection)));
  }

  /** Returns the addresses of a visitor's open connections. */
  addressesOf(visitor: string): string[] {
    const own = [...this.connections.keys()].filter(({ visitor: { id } }) => id === visitor);
    return [...new Set(own.map(({ visitor: { address } }) => address))];
  }

  /** Stops the regular checks. */
  close(): void {
    clearInterval(this.checking);
  }

  /** Closes the connections of expired sessions; an open connection counts as a use of its session. */
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

  private async recheckConnection(connection: Connection): Promise<void> {
    try {
      await this.recheck(connection.visitor);
    } catch (error) {
      // A store that fails for a moment disconnects nobody.
      if (error instanceof Refusal) connection.disconnect(error);
      else console.error('The access of a connection could not be rechecked:', error);
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
    // Accounts can be created only by visitors with access, or through an invitation.
    return this.mode === 'open' || account || (this.mode === 'invite' && role !== 'guest');
  }

  private async refuseBanned({ address }: Visitor, { role, account, bannedUntil }: Profile): Promise<void> {
    if (bannedUntil > Date.now()) {
      throw new Refusal('banned', `You are banned from this chat${formatExpiry(bannedUntil)}.`);
    }
    // Members are not responsible for others behind the same address.
    if (role !== 'guest' || account) return;
    const banned = await this.bans.bannedUntil(address);
    if (banned > Date.now())
      throw new Refusal('banned', `Your address is banned from this chat${formatExpiry(banned)}.`);
  }
}

const WORDS: Record<AccessMode, string> = {
  open: '',
  invite: 'This chat is by invitation. Open your invitation link, or sign in.',
  closed: 'This chat is only for people with an account. Sign in.',
};
