import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from '../access/connection';
import type { AuthorizedRoom } from '../access/room-access';
import type { ChatDraft } from '../chat/chat';
import { Turns } from '../chat/turns';
import { kindOf, SENDABLE_TYPES } from '../entry-kinds';
import type { Visitor } from '../identity/visitor';
import type { Pacer } from '../log/follower';
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
import { CurrentRoom } from './current-room';
import type { Outlet } from './outlet';
import { RequestBounds } from './request-bounds';
import type { Services } from './services';

/** How often a replay that has used up its reads checks whether there are new ones, in ms. */
const REPLAY_RETRY_INTERVAL = 500;

/** The events that a client may send, for the error about any other. */
const EVENTS = [...SENDABLE_TYPES, 'delete_message', 'change_username', 'typing', 'join']
  .map((event) => `"${event}"`)
  .join(', ');

/** A connection that reads one room at a time, is present in it, and may write. */
export class RoomSession implements Connection, Pacer {
  private readonly bounds: RequestBounds;
  private readonly current: CurrentRoom;
  private readonly turns = new Turns();
  private stopNews: (() => void) | undefined;
  private isClosed = false;

  constructor(
    private readonly services: Services,
    readonly visitor: Visitor,
    private readonly outlet: Outlet,
  ) {
    this.bounds = new RequestBounds(services.visitorLimits, this);
    this.current = new CurrentRoom(services, this, outlet);
    services.access.addConnection(this);
  }

  /** The room that it reads. */
  get room(): AuthorizedRoom | undefined {
    return this.current.name;
  }

  /** Reads a room from a cursor on, until {@link close} or a `join`. */
  enter(room: AuthorizedRoom, cursor: Cursor): void {
    this.current.enter(room, cursor);
  }

  /** Receives the news of all rooms of its visitor, until {@link close}. */
  watchNews(): void {
    if (!this.isClosed) this.stopNews ??= this.services.news.watch(this.visitor, this.outlet);
  }

  /**
   * Takes one read for a page of a long replay, and waits for the turn of the address. Without a read left, the replay
   * waits for the next: a client that returns after a long time gets everything, only more slowly.
   */
  async pace(): Promise<void> {
    const { visitorLimits, scheduler } = this.services;
    while (!this.isClosed && !visitorLimits.tryConsume('reads', this.visitor))
      await delay(REPLAY_RETRY_INTERVAL, undefined, { ref: false });
    await scheduler.wait(this.visitor.address);
  }

  /**
   * Charges a frame to the reads by its size, before it is parsed. Disconnects a client that floods.
   * @param size in bytes or characters.
   * @returns whether the frame may be handled.
   */
  acceptFrame(size: number): boolean {
    if (this.isClosed) return false;
    try {
      this.services.visitorLimits.countFrame(size, this.visitor);
    } catch (error) {
      this.disconnect(error as Refusal);
    }
    return !this.isClosed;
  }

  /**
   * Handles a client's request, by the name of its event.
   * @returns the acknowledgement.
   * @throws {Refusal} the answer, if the request is refused.
   */
  async handle(event: unknown, payload: unknown): Promise<object> {
    this.checkOpen();
    this.bounds.check();
    let answer: Promise<object>;
    try {
      answer = this.dispatch(event, payload);
    } catch (error) {
      // Counted before the next request, which may have arrived in the same packet.
      this.bounds.countRefusal(error);
      throw error;
    }
    return this.bounds.track(answer);
  }

  /** Refuses something that is not a request. */
  async refuse(error: unknown): Promise<never> {
    this.bounds.checkRefusals();
    this.bounds.countRefusal(error);
    throw error;
  }

  /** Leaves the room, and refuses all further requests. */
  close(): void {
    this.isClosed = true;
    this.current.close();
    this.stopNews?.();
    this.services.access.removeConnection(this);
  }

  disconnect(reason: Refusal): void {
    this.close();
    this.outlet.end(reason);
  }

  /** Validates a request, then starts it. No promise here may hold the payload, which can be large, while it waits. */
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
        throw new Refusal('bad_request', ['eventUnknown', EVENTS]);
    }
  }

  /** @param namesRoom whether the draft is for the room that it names, and not for the current one. */
  private async send(draft: ChatDraft, namesRoom: boolean): Promise<Entry> {
    const turn = this.turns.take();
    const characters = charactersOf(draft);
    this.bounds.hold(characters);
    try {
      await this.joined();
      if (!namesRoom) draft.room = this.room!;
      return (await this.services.chat.send(this.visitor, draft, turn)).entry;
    } finally {
      turn.end();
      this.bounds.release(characters);
    }
  }

  private async deleteMessage(
    { room, id }: { room: string; id: string },
    namesRoom: boolean,
  ): Promise<object> {
    this.services.visitorLimits.consume('reads', this.visitor);
    await this.joined();
    await this.services.deletions.delete(this.visitor, namesRoom ? room : this.room!, id);
    return {};
  }

  private async type(): Promise<object> {
    this.services.visitorLimits.consume('reads', this.visitor);
    await this.services.writeAccess.checkMuted(this.visitor);
    this.current.announceTyping();
    return {};
  }

  private join(reading: Reading): Promise<object> {
    this.services.visitorLimits.consume('reads', this.visitor);
    return this.current.join(reading);
  }

  /** Waits for the last `join`. @throws {Refusal} if the session has been closed. */
  private async joined(): Promise<void> {
    await this.current.joined();
    this.checkOpen();
  }

  private checkOpen(): void {
    // Not a final error: the request may be accepted on another connection.
    if (this.isClosed) throw new Refusal('unavailable', 'connectionClosed');
  }
}

/** Returns how many characters a draft holds while it waits. */
function charactersOf({ type, body }: ChatDraft): number {
  return kindOf(type)?.size?.(body, (text) => text.length) ?? 0;
}

/** Returns whether a request names a room. */
function namesRoom(payload: unknown): boolean {
  return (payload as { room?: unknown }).room !== undefined;
}
