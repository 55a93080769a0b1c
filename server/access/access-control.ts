import type { IncomingMessage } from 'node:http';
import type { Profile, Visitor } from '../identity/visitor';
import { bearerOf, type Visitors } from '../identity/visitors';
import { Refusal } from '../refusal';
import type { AuthorizedConnection, Connection } from './connection';
import { endOf } from './expiry';
import { isPrivate, type RoomAccess } from './room-access';
import type { VisitorLimits } from './visitor-limits';

/** Admits everybody (`open`), invited people and accounts (`invite`), or accounts only (`closed`). */
export type AccessMode = 'open' | 'invite' | 'closed';

/** Stores banned addresses. */
export interface BanStore {
  /** Returns when the ban of an address ends, in ms since 1970: 0, or a past time, if it is not banned. */
  bannedUntil(address: string): Promise<number>;
}

/** Each connection of an account is rechecked at this interval, in ms. */
const RECHECK_INTERVAL = 60 * 60 * 1_000;
/** The interval at which due rechecks are started, in ms, and the most that are started at a time. */
const TICK = 2_000;
const RECHECKS_PER_TICK = 500;
/** Replaces the time of the last check of a connection, if the database could not be read for it: it is due again. */
const UNCHECKED = -Infinity;

/**
 * Authorizes visitors to use the chat, and disconnects those that have lost access. All transports and routes use it.
 */
export class AccessControl {
  /** The open connections, each with the time of its last check, in ms since 1970, or {@link UNCHECKED}. */
  private readonly connections = new Map<Connection, number>();
  private readonly timer = setInterval(() => this.recheckDue(), TICK).unref();
  /** Those under way: of open connections, and of some that have just closed. */
  private readonly rechecks = new Set<Promise<void>>();
  /** Why no connections are admitted. */
  private suspension: Refusal | undefined;

  constructor(
    private readonly mode: AccessMode,
    private readonly visitors: Visitors,
    private readonly bans: BanStore,
    private readonly limits: VisitorLimits,
    private readonly rooms: RoomAccess,
  ) {}

  /**
   * Returns the visitor of a request or handshake, if it has access.
   * @param token a script's token, if it is not in the `Authorization` header.
   * @throws {Refusal} `sign_in_required` or `banned`
   */
  async authorize(request: IncomingMessage, token?: string): Promise<Visitor> {
    const visitor = await this.visitors.identify(request, token);
    await this.check(visitor);
    return visitor;
  }

  /**
   * Authorizes a request that opens a page: a visitor whose session has ended becomes a new guest.
   * @throws {Refusal} as {@link authorize} does.
   */
  async authorizePage(request: IncomingMessage): Promise<Visitor> {
    const visitor = await this.visitors.identifyOrReset(request);
    await this.check(visitor);
    return visitor;
  }

  /**
   * Authorizes a connection: a stream, a socket or a long poll. `release` must be called when it closes or fails to
   * open.
   * @throws {Refusal} as {@link authorize} does, and `too_many_connections`, or the reason of a {@link suspend}.
   */
  async authorizeConnection(request: IncomingMessage, token?: string): Promise<AuthorizedConnection> {
    this.checkAdmission();
    const visitor = await this.authorize(request, token);
    const releaseLimits = this.limits.reserve(visitor);
    const disconnect = this.visitors.connect(visitor);
    return {
      visitor,
      release: () => {
        releaseLimits();
        disconnect();
      },
    };
  }

  /**
   * Returns the visitor of a request, if it may create an account: it has access, or a role from an invitation.
   * @throws {Refusal} as {@link authorize} does.
   */
  async authorizeSignUp(request: IncomingMessage): Promise<Visitor> {
    const visitor = await this.visitors.identify(request);
    const profile = await this.visitors.profileOf(visitor);
    await this.refuseBanned(visitor, profile);
    if (!this.isSignUpAllowed(profile)) throw this.signInRequired();
    return visitor;
  }

  /** Returns whether a visitor may create an account; see {@link authorizeSignUp}. */
  async canSignUp(visitor: Visitor): Promise<boolean> {
    return this.isSignUpAllowed(await this.visitors.profileOf(visitor));
  }

  /**
   * Refuses requests with a token: a leaked token must not suffice to take over an account.
   * @throws {Refusal} `forbidden`
   */
  refuseToken(request: IncomingMessage): void {
    if (bearerOf(request)) throw new Refusal('forbidden', 'tokenRefused');
  }

  /** Returns whether the access mode admits a visitor. A ban is not considered. */
  async isAdmitted(visitor: Visitor): Promise<boolean> {
    return this.admits(await this.visitors.profileOf(visitor));
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

  /** Registers an open connection, and rechecks it: its visitor may have lost access since it was authorized. */
  addConnection(connection: Connection): void {
    this.connections.set(connection, Date.now());
    const { suspension } = this;
    // Later, since the caller is still setting it up.
    if (suspension) queueMicrotask(() => connection.disconnect(suspension));
    else this.startRecheck(connection);
  }

  /** Rechecks a registered connection that has entered a room: its visitor may have ceased to be a member meanwhile. */
  enterRoom(connection: Connection): void {
    if (connection.room !== undefined && isPrivate(connection.room)) this.startRecheck(connection);
  }

  /** Unregisters a closed connection. */
  removeConnection(connection: Connection): void {
    this.connections.delete(connection);
  }

  /** Rechecks the connections of the given visitors, and closes them if access to the chat or to their room is lost. */
  async recheckConnections(isAffected: (visitor: Visitor) => boolean): Promise<void> {
    const affected = [...this.connections.keys()].filter(({ visitor }) => isAffected(visitor));
    await Promise.all(affected.map((connection) => this.recheckConnection(connection)));
  }

  /** Returns the addresses of a visitor's open connections. */
  addressesOf(visitor: string): string[] {
    const own = [...this.connections.keys()].filter(({ visitor: { id } }) => id === visitor);
    return [...new Set(own.map(({ visitor: { address } }) => address))];
  }

  /** Closes all connections, and admits no others until {@link resume}. */
  suspend(reason: Refusal): void {
    this.suspension = reason;
    for (const connection of [...this.connections.keys()]) connection.disconnect(reason);
  }

  /** @throws {Refusal} the reason of a {@link suspend}: no connection is admitted now, of any visitor. */
  checkAdmission(): void {
    if (this.suspension) throw this.suspension;
  }

  /** Admits connections again. */
  resume(): void {
    this.suspension = undefined;
  }

  /** Stops the regular checks. @returns once those under way are done: they read from the stores. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.rechecks);
  }

  /**
   * Starts due rechecks: of accounts, which close expired sessions, and count an open connection as a use of its
   * session; and of connections whose last recheck failed.
   */
  private recheckDue(): void {
    const now = Date.now();
    let started = 0;
    for (const [connection, checkedAt] of this.connections) {
      const isDue = connection.visitor.credential !== undefined && now - checkedAt >= RECHECK_INTERVAL;
      if (!isDue && checkedAt !== UNCHECKED) continue;
      if ((started += 1) > RECHECKS_PER_TICK) return;
      this.connections.set(connection, now);
      this.startRecheck(connection);
    }
  }

  private startRecheck(connection: Connection): void {
    const recheck = this.recheckConnection(connection).finally(() => this.rechecks.delete(recheck));
    this.rechecks.add(recheck);
  }

  private async recheckConnection(connection: Connection): Promise<void> {
    const { room } = connection;
    try {
      await this.recheck(connection.visitor);
      if (room !== undefined) await this.rooms.authorize(connection.visitor, room);
    } catch (error) {
      // It may have joined another room in the meantime.
      if (error instanceof Refusal && error.code === 'not_found' && connection.room !== room) return;
      // A transient error of the store must not disconnect anybody.
      if (!(error instanceof Refusal))
        console.error('The access of a connection could not be rechecked:', error);
      else if (error.code !== 'unavailable') connection.disconnect(error);
      else if (this.connections.has(connection)) this.connections.set(connection, UNCHECKED);
    }
  }

  private async check(visitor: Visitor): Promise<void> {
    const profile = await this.visitors.profileOf(visitor);
    await this.refuseBanned(visitor, profile);
    if (!this.admits(profile)) throw this.signInRequired();
  }

  private isSignUpAllowed({ role, account }: Profile): boolean {
    return this.mode === 'open' || account || role !== 'guest';
  }

  private admits({ role, account }: Profile): boolean {
    // An account suffices in every mode: only visitors with access or an invitation can create one.
    return this.mode === 'open' || account || (this.mode === 'invite' && role !== 'guest');
  }

  private signInRequired(): Refusal {
    return new Refusal('sign_in_required', this.mode === 'invite' ? 'invitationRequired' : 'accountRequired');
  }

  private async refuseBanned({ address }: Visitor, { role, account, bannedUntil }: Profile): Promise<void> {
    if (bannedUntil > Date.now()) {
      throw new Refusal('banned', ['banned', endOf(bannedUntil)]);
    }
    // A banned address affects guests only: members may share it with the person who was banned.
    if (role !== 'guest' || account) return;
    const addressBannedUntil = await this.bans.bannedUntil(address);
    if (addressBannedUntil > Date.now())
      throw new Refusal('banned', ['addressBanned', endOf(addressBannedUntil)]);
  }
}
