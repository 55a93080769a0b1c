import type { Chat } from './chat';
import { checkDeletion, checkReading, checkSaying, checkUsername } from './check';
import type { Door, Inside } from './door';
import type { Following, Reader } from './follower';
import type { Log } from './log';
import type { Moderation } from './moderation';
import type { Listener, Presence, Stay } from './presence';
import { Refusal } from './refusal';
import type { Visitor, Visitors } from './visitor';
import type { Cursor } from './wire';

/** The parts of the chat that transports speak for. */
export interface Parts {
  log: Log;
  chat: Chat;
  visitors: Visitors;
  presence: Presence;
  door: Door;
  moderation: Moderation;
}

/** How a connection is written to. Its `end` is told a {@link Refusal} where somebody may not stay. */
export interface Outlet extends Reader, Listener {}

const DONE = Promise.resolve();

/** A connection that reads one room at a time, is present in it, and may write. */
export class Session implements Inside {
  private room = '';
  private stay: Stay | undefined;
  private following: Following | undefined;
  private closed = false;
  private joining: Promise<unknown> = DONE;

  constructor(
    private readonly parts: Parts,
    readonly visitor: Visitor,
    private readonly outlet: Outlet,
  ) {
    parts.door.enter(this);
  }

  /** Reads a room from a cursor on, until {@link close} or another room. */
  enter(room: string, cursor: Cursor): void {
    if (this.closed) return;
    this.room = room;
    this.stay = this.parts.presence.enter(room, this.visitor, this.outlet);
    this.following = this.parts.log.follow(room, cursor, this.outlet);
  }

  /** Does what a client asks for, by the name of its event, and returns what to acknowledge it with. */
  async handle(event: unknown, payload: unknown): Promise<object> {
    if (this.closed) throw new Refusal(403, 'This connection was ended.');
    switch (event) {
      case 'new_message': {
        // What was asked for before is done before: the room may be another one by then.
        await this.joining;
        const { entry } = await this.parts.chat.say(
          this.visitor,
          checkSaying({ room: this.room, ...(payload as object) }),
        );
        return entry;
      }
      case 'change_username':
        return this.parts.chat.rename(this.visitor, checkUsername(payload));
      case 'delete_message': {
        await this.joining;
        const { room, id } = checkDeletion({ room: this.room, ...(payload as object) });
        await this.parts.moderation.deleteMessage(this.visitor, room, id);
        return {};
      }
      case 'typing':
        await this.parts.chat.notMuted(this.visitor);
        this.stay?.typing();
        return {};
      case 'join':
        return this.join(payload);
      default:
        throw new Refusal(
          400,
          'There is no such event. See "new_message", "delete_message", "change_username", "typing", "join".',
        );
    }
  }

  /** Leaves for good. */
  close(): void {
    this.closed = true;
    this.leave();
    this.parts.door.leave(this);
  }

  expel(why: Refusal): void {
    this.close();
    this.outlet.end(why);
  }

  /** One after the other, and each when the connection has taken the last page: what waits for it is bounded. */
  private join(payload: unknown): Promise<object> {
    const joined = this.joining.then(() => this.change(payload));
    this.joining = joined.catch(() => undefined);
    return joined;
  }

  private async change(payload: unknown): Promise<{ room: string; cursor: Cursor }> {
    const reading = checkReading(payload);
    const cursor = await this.parts.log.start(reading.room, reading);
    ({ username: this.visitor.username } = await this.parts.visitors.standingOf(this.visitor));
    this.leave();
    await this.following?.taking;
    this.enter(reading.room, cursor);
    return { room: reading.room, cursor };
  }

  private leave(): void {
    this.stay?.leave();
    this.stay = undefined;
    this.following?.stop();
  }
}
