import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Standing, Visitor, Visitors } from '../identity/visitor';
import { BanRefusal, Refusal } from '../refusal';
import { bodySize } from './body-size';
import type { Limits } from './limits';

/** Who may come in: whoever can reach the server, who was invited, or who has an account. */
export type Access = 'open' | 'invite' | 'closed';

/** Somebody who may open a connection, which counts towards the limits until it is released. */
export interface Admitted {
  visitor: Visitor;
  release: () => void;
}

/** Somebody whose connection is open. */
export interface Inside {
  readonly visitor: Visitor;
  /** Ends the connection: nothing more is read for it. */
  expel(why: Refusal): void;
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
export class Door {
  /** Open connections, and when it was checked last that they may stay, in ms since 1970. */
  private readonly inside = new Map<Inside, number>();
  private readonly checking = setInterval(() => this.checkSessions(), CHECK_EVERY).unref();

  constructor(
    private readonly access: Access,
    private readonly visitors: Visitors,
    private readonly bans: BanStore,
    private readonly limits: Limits,
  ) {}

  /**
   * Who sent a request or handshake, if they may come in.
   * @param token what speaks for a script, if that is not in the `Authorization` header.
   * @throws {Refusal} 401 if they have to be invited or sign in first, 403 if they are banned.
   */
  async admit(request: IncomingMessage, token?: string): Promise<Visitor> {
    const visitor = await this.visitors.identify(request, token);
    await this.judge(visitor);
    return visitor;
  }

  /**
   * The same for somebody who opens a page: whose session was ended comes as a new guest.
   * @throws {Refusal} likewise.
   */
  async admitToOpen(request: IncomingMessage): Promise<Visitor> {
    const visitor = await this.visitors.identifyAnew(request);
    await this.judge(visitor);
    return visitor;
  }

  /**
   * The same for somebody who comes to stay: a stream, a socket, a long poll.
   * @returns the visitor, and the function that releases their place when the connection closes, or does not come about.
   * @throws {Refusal} likewise, and 429 if they have too many connections.
   */
  async admitToStay(request: IncomingMessage, token?: string): Promise<Admitted> {
    const visitor = await this.admit(request, token);
    return { visitor, release: this.limits.reserve(visitor) };
  }

  /**
   * Who sent a request, if they may keep their name: whoever may come in, and who was invited to do just that.
   * @throws {Refusal} likewise.
   */
  async admitToKeepName(request: IncomingMessage): Promise<Visitor> {
    const visitor = await this.visitors.identify(request);
    const standing = await this.visitors.standingOf(visitor);
    await this.refuseBanned(visitor, standing);
    if (!this.mayKeep(standing)) throw new Refusal(401, WORDS[this.access]);
    return visitor;
  }

  async mayKeepName(visitor: Visitor): Promise<boolean> {
    return this.mayKeep(await this.visitors.standingOf(visitor));
  }

  /** Whether somebody is one of those whom the server is for. */
  async isWelcome(visitor: Visitor): Promise<boolean> {
    return this.welcomes(await this.visitors.standingOf(visitor));
  }

  /** @throws {Refusal} 401 or 403 if the access of somebody who was admitted has ended. */
  async mayStay(visitor: Visitor): Promise<void> {
    await this.visitors.stillSpeaks(visitor);
    await this.judge(visitor);
  }

  /** @throws {Refusal} 403 if somebody is banned, or is nobody in particular and comes from a banned address. */
  async notBanned(visitor: Visitor): Promise<void> {
    await this.refuseBanned(visitor, await this.visitors.standingOf(visitor));
  }

  /**
   * Lets a handshake begin that tells only later who it is.
   * @returns the function that releases its place when its connection closes, or does not come about.
   * @throws {Refusal} 429 if too many are open from its address.
   */
  admitHandshake(request: IncomingMessage): () => void {
    return this.limits.reserveHandshake(this.visitors.addressOf(request));
  }

  /**
   * Counts a request, with its body, towards what its address may ask for.
   * @throws {Refusal} 429 if that is spent.
   */
  countRequest(request: IncomingMessage): void {
    this.limits.countRequest(this.visitors.addressOf(request), bodySize(request));
  }

  /** Where a request comes from, as limits and bans know it. */
  addressOf(request: IncomingMessage): string {
    return this.visitors.addressOf(request);
  }

  /** Counts a request that was refused. */
  countRefusal(request: IncomingMessage): void {
    this.limits.countRefusal(this.visitors.addressOf(request));
  }

  /** Counts a connection of an address that had to be cut off. */
  countAbuse(address: string): void {
    this.limits.countAbuse(address);
  }

  /**
   * Counts what could not be read as a request, towards what may be refused to its address. Behind a trusted proxy that
   * address is not known, and nothing is counted.
   * @returns whether anything was left of that.
   */
  countUnreadable(socket: Socket): boolean {
    const address = this.visitors.addressOfConnection(socket);
    return address === undefined || this.limits.countUnreadable(address);
  }

  /** Notes that somebody's connection is open. What has changed since they were admitted counts. */
  enter(inside: Inside): void {
    this.inside.set(inside, Date.now());
    void this.ask(inside);
  }

  /** Notes that it is closed. */
  leave(inside: Inside): void {
    this.inside.delete(inside);
  }

  /** Puts out those of whom something has changed and who may not stay. */
  async review(concerned: (visitor: Visitor) => boolean): Promise<void> {
    const those = [...this.inside.keys()].filter(({ visitor }) => concerned(visitor));
    await Promise.all(those.map((inside) => this.ask(inside)));
  }

  /** The addresses that somebody's open connections come from. */
  addressesOf(visitor: string): string[] {
    const own = [...this.inside.keys()].filter(({ visitor: { id } }) => id === visitor);
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
    for (const [inside, checked] of this.inside) {
      if (inside.visitor.grant === undefined || now - checked < CHECK_AFTER) continue;
      if ((checks += 1) > CHECKS_MAX) return;
      this.inside.set(inside, now);
      void this.ask(inside);
    }
  }

  /** Puts somebody out who may not stay. */
  private async ask(inside: Inside): Promise<void> {
    try {
      await this.mayStay(inside.visitor);
    } catch (error) {
      // What can't be known now does not put anybody out.
      if (error instanceof Refusal) inside.expel(error);
      else console.error('It could not be seen whether somebody may stay:', error);
    }
  }

  private async judge(visitor: Visitor): Promise<void> {
    const standing = await this.visitors.standingOf(visitor);
    await this.refuseBanned(visitor, standing);
    if (!this.welcomes(standing)) throw new Refusal(401, WORDS[this.access]);
  }

  private mayKeep({ role, account }: Standing): boolean {
    return this.access === 'open' || account || role !== 'guest';
  }

  private welcomes({ role, account }: Standing): boolean {
    // An account can be made only by who may come in, or by who was invited to make one.
    return this.access === 'open' || account || (this.access === 'invite' && role !== 'guest');
  }

  private async refuseBanned({ address }: Visitor, { role, account, bannedUntil }: Standing): Promise<void> {
    if (bannedUntil > Date.now()) {
      throw new BanRefusal(`You are banned from this chat${until(bannedUntil)}.`);
    }
    // Who is known here is not held responsible for others behind the same address.
    if (role !== 'guest' || account) return;
    const banned = await this.bans.bannedUntil(address);
    if (banned > Date.now()) throw new BanRefusal(`Your address is banned from this chat${until(banned)}.`);
  }
}

const WORDS: Record<Access, string> = {
  open: '',
  invite: 'This chat is by invitation. Open the link that you were given, or sign in.',
  closed: 'This chat is for those who have an account here. Sign in.',
};

/** How long something holds; nothing where it holds for good. */
function until(time: number): string {
  return time >= FOR_GOOD ? '' : ` until ${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** The time that does not come, in ms since 1970. */
export const FOR_GOOD = Date.UTC(9999, 0);
