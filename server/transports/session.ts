import { setTimeout as pause } from 'node:timers/promises';
import type { Connection } from '../access/access-control';
import type { ChatDraft } from '../chat/chat';
import type { Subscriber, Attendance } from '../chat/presence';
import { kindOf, SENDABLE_TYPES } from '../entry-kinds';
import type { Visitor } from '../identity/visitor';
import type { Subscription, Pacer, LogReader } from '../log/follower';
import { Refusal } from '../refusal';
import {
  checkDeletion,
  checkDraft,
  checkReading,
  checkUsername,
  isSendable,
  type Reading,
} from '../validation/messages';
import type { Cursor, Entry } from '../wire';
import type { Services } from './services';

/** How a connection is written to. Its `end` is told a {@link Refusal} where somebody may not stay. */
export interface Outlet extends LogReader, Subscriber {}

/** The most requests of one connection that may be unanswered, and the most characters of messages that they may hold. */
const UNANSWERED_MAX = 256;
const CHARACTERS_MAX = 256 * 1024;
/** How many requests in a row may be refused because too many were; past them the connection is ended. */
const IN_VAIN_MAX = 32;
/** How often a replay that has spent its reads looks whether there are some again, in ms. */
const PACE = 500;
const OVERLOADED = 'Too many requests were unanswered on this connection.';

/** The events that a client may send, for those who send another. */
const EVENTS = [...SENDABLE_TYPES, 'delete_message', 'change_username', 'typing', 'join']
  .map((event) => `"${event}"`)
  .join(', ');

const DONE = Promise.resolve();

/** A connection that reads one room at a time, is present in it, and may write. */
export class Session implements Connection, Pacer {
  private room = '';
  private attendance: Attendance | undefined;
  private subscription: Subscription | undefined;
  /** Whether nothing is read or handled any more. */
  ended = false;
  /** The last `join`. Requests that come after it wait for it. */
  private joining: Promise<unknown> = DONE;
  private unanswered = 0;
  private characters = 0;
  private refusedInARow = 0;

  constructor(
    private readonly services: Services,
    readonly visitor: Visitor,
    private readonly outlet: Outlet,
  ) {
    services.access.addConnection(this);
  }

  /** Reads a room from a cursor on, until {@link close} or another room. */
  enter(room: string, cursor: Cursor): void {
    if (this.ended) return;
    this.room = room;
    this.attendance = this.services.presence.join(room, this.visitor, this.outlet);
    this.subscription = this.services.log.follow(room, cursor, this.outlet, this);
  }

  /**
   * Takes one read for a page of a long replay, and waits for the turn of the address. If no read is left, the replay
   * goes on when there are some again: whoever comes back after a long time gets everything, only slower.
   */
  async pace(): Promise<void> {
    const { limits, scheduler } = this.services;
    while (!this.ended && !limits.tryTake('reads', this.visitor))
      await pause(PACE, undefined, { ref: false });
    await scheduler.wait(this.visitor.address);
  }

  /**
   * Charges a frame to the reads by its size, before it is parsed; ends the connection if that floods.
   * @param size in bytes, or about.
   * @returns whether it may be handled.
   */
  acceptFrame(size: number): boolean {
    if (this.ended) return false;
    try {
      this.services.limits.countFrame(size, this.visitor);
    } catch (error) {
      this.disconnect(error as Refusal);
    }
    return !this.ended;
  }

  /**
   * Handles a client's request, by the name of its event. A request that has to wait holds nothing but what was checked;
   * too many of them end the connection.
   * @returns the acknowledgement.
   */
  async handle(event: unknown, payload: unknown): Promise<object> {
    this.checkOpen();
    if (this.unanswered >= UNANSWERED_MAX || this.characters >= CHARACTERS_MAX) {
      const refusal = new Refusal('rate_limited', OVERLOADED);
      this.disconnect(refusal);
      throw refusal;
    }
    this.checkRefusals();
    return this.trackRequest(this.tryDispatch(event, payload));
  }

  /** Leaves for good. */
  close(): void {
    this.ended = true;
    this.leave();
    this.services.access.removeConnection(this);
  }

  disconnect(why: Refusal): void {
    this.close();
    this.outlet.end(why);
  }

  /** Counts a request until it is answered. */
  private async trackRequest(answer: Promise<object>): Promise<object> {
    this.unanswered += 1;
    try {
      return await answer;
    } catch (error) {
      this.countRefusal(error);
      throw error;
    } finally {
      this.unanswered -= 1;
    }
  }

  /** Refuses what could not be read as a request. */
  async refuse(error: unknown): Promise<never> {
    this.checkRefusals();
    this.countRefusal(error);
    throw error;
  }

  private countRefusal(error: unknown): void {
    if (!(error instanceof Refusal) || error.status >= 500) return;
    this.services.limits.countRefusal(this.visitor.address, this.visitor.id);
  }

  /** Refuses a request if too many were refused, and ends a connection that goes on after that. */
  private checkRefusals(): void {
    try {
      this.services.limits.checkRefusals(this.visitor);
      this.refusedInARow = 0;
    } catch (error) {
      this.refusedInARow += 1;
      if (this.refusedInARow > IN_VAIN_MAX) this.disconnect(error as Refusal);
      throw error;
    }
  }

  /** Counts at once what {@link dispatch} refuses at once: the next request may have come along with it. */
  private tryDispatch(event: unknown, payload: unknown): Promise<object> {
    try {
      return this.dispatch(event, payload);
    } catch (error) {
      this.countRefusal(error);
      throw error;
    }
  }

  /** Checks a request before it waits for anything. No promise here holds on to the payload: it may be large. */
  private dispatch(event: unknown, payload: unknown): Promise<object> {
    switch (event) {
      case 'delete_message':
        return this.deleteMessage(checkDeletion(payload), namesRoom(payload));
      case 'change_username':
        return this.services.chat.rename(this.visitor, checkUsername(payload));
      case 'typing':
        return this.type();
      case 'join':
        return this.join(checkReading(payload));
      default:
        if (isSendable(event)) return this.send(checkDraft(event, payload), namesRoom(payload));
        throw new Refusal('bad_request', `There is no such event. See ${EVENTS}.`);
    }
  }

  private async send(draft: ChatDraft, elsewhere: boolean): Promise<Entry> {
    const characters = charactersOf(draft);
    this.characters += characters;
    try {
      await this.joined();
      const room = elsewhere ? draft.room : this.room;
      return (await this.services.chat.send(this.visitor, { ...draft, room })).entry;
    } finally {
      this.characters -= characters;
    }
  }

  private async deleteMessage(
    { room, id }: { room: string; id: string },
    elsewhere: boolean,
  ): Promise<object> {
    this.services.limits.take('reads', this.visitor);
    await this.joined();
    await this.services.moderation.deleteMessage(this.visitor, elsewhere ? room : this.room, id);
    return {};
  }

  /** Waits for the last `join`: for as long as its reader stalls. Meanwhile, the connection may have been ended. */
  private async joined(): Promise<void> {
    await this.joining;
    this.checkOpen();
  }

  private checkOpen(): void {
    if (this.ended) throw new Refusal('forbidden', 'This connection was ended.');
  }

  private async type(): Promise<object> {
    this.services.limits.take('reads', this.visitor);
    await this.services.chat.checkMuted(this.visitor);
    this.attendance?.typing();
    return {};
  }

  /** Joins run one after the other. */
  private join(reading: Reading): Promise<object> {
    this.services.limits.take('reads', this.visitor);
    const joined = this.joining.then(() => this.switchRoom(reading));
    this.joining = joined.catch(() => undefined);
    return joined;
  }

  private async switchRoom({ room, ...start }: Reading): Promise<{ room: string; cursor: Cursor }> {
    // A client that sends joins one after the other would otherwise keep the event loop to itself.
    await this.services.scheduler.wait(this.visitor.address);
    const cursor = await this.services.log.start(room, start);
    ({ username: this.visitor.username } = await this.services.visitors.profileOf(this.visitor));
    this.leave();
    // Only when the connection has taken the last page may another be written to it.
    await this.subscription?.writing;
    this.enter(room, cursor);
    return { room, cursor };
  }

  private leave(): void {
    this.attendance?.leave();
    this.attendance = undefined;
    this.subscription?.stop();
  }
}

/** Returns how many characters a draft holds while it waits. */
function charactersOf({ type, body }: ChatDraft): number {
  return kindOf(type)?.size?.(body, (text) => text.length) ?? 0;
}

/** Whether a request is about a room that it names itself, and not about the one that is read. */
function namesRoom(payload: unknown): boolean {
  return (payload as { room?: unknown }).room !== undefined;
}
