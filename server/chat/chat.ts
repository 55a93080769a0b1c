import { randomUUID } from 'node:crypto';
import type { AuthorizedLog } from '../access/authorized-log';
import type { AuthorizedRoom, RoomAccess } from '../access/room-access';
import { isAtLeast } from '../access/role';
import type { SlowMode } from '../access/slow-mode';
import type { VisitorLimits } from '../access/visitor-limits';
import type { Content } from '../entry-kinds';
import type { Visitor } from '../identity/visitor';
import type { Visitors } from '../identity/visitors';
import { isEntryOf } from '../log/entry';
import type { AppendResult, Draft } from '../log/store';
import { Refusal } from '../refusal';
import type { ChangeUsername } from '../wire';
import type { Presence } from './presence';
import type { Rules } from './rules';
import type { Turn } from './turns';
import type { WriteAccess } from './write-access';

/** A valid entry to append to a room. */
export type ChatDraft = Content & {
  room: string;
  /** The idempotency key, a UUID from the client; a draft without one is appended each time that it is sent. */
  id?: string | undefined;
};

/** Enforces the rules of the chat for messages and changes of names, on all transports. */
export class Chat {
  constructor(
    private readonly log: AuthorizedLog,
    private readonly rooms: RoomAccess,
    private readonly visitors: Visitors,
    private readonly presence: Presence,
    private readonly rules: Rules,
    private readonly writeAccess: WriteAccess,
    private readonly limits: VisitorLimits,
    private readonly slowMode: SlowMode,
  ) {}

  /**
   * Appends an entry to a room, under the visitor's current name. Resolves once it is on disk.
   * @param turn keeps the order among drafts that are checked at the same time: a database answers them in any order.
   * @throws {Refusal} `not_found`, `muted`, `room_archived`, `room_locked`, `slow_mode`, `rate_limited`, `id_taken` or
   *   `unavailable`
   */
  async send(visitor: Visitor, draft: ChatDraft, turn?: Turn): Promise<AppendResult> {
    const { type, body, id = randomUUID() } = draft;
    const room = await this.rooms.authorize(visitor, draft.room);
    const allowed = await this.authorizeMessage(room, visitor).catch(async (error: unknown) => {
      const stored = await this.findStored(room, draft);
      if (!stored) throw error;
      // A repeated draft costs no message. It counts as a refusal, which bounds how often it can be sent again.
      this.limits.countRefusal(visitor);
      return stored;
    });
    if ('entry' in allowed) return allowed;
    const { username, undoCount } = allowed;
    // Field by field: a spread whose fields are overridden takes several times as long.
    const entry = { type, body, room, id, visitor: visitor.id, username } as Draft & { room: AuthorizedRoom };
    await turn?.wait();
    const appending = this.log.append(entry);
    turn?.end();
    const appended = await appending.catch(async (error: unknown) => {
      await undoCount();
      throw error;
    });
    if (appended.repeated) await undoCount();
    return appended;
  }

  /**
   * Renames a visitor, if it has another name, and sends a message. If the message is stored already, nothing is
   * changed, and its name is not checked: another visitor may have taken it in the meantime.
   * @param readName returns the name, or throws a {@link Refusal} if it is invalid.
   * @throws {Refusal} as {@link send} and {@link rename} do.
   */
  async sendAs(visitor: Visitor, readName: () => string, draft: ChatDraft): Promise<AppendResult> {
    const room = await this.rooms.authorize(visitor, draft.room);
    const stored = await this.findStored(room, draft);
    if (stored) return stored;
    const username = readName();
    if (username !== visitor.username) await this.rename(visitor, username);
    return this.send(visitor, draft);
  }

  /**
   * Returns the entry of a draft that was stored before. The client may have lost the acknowledgement, so a repeated
   * draft is acknowledged again, even if it would now be refused.
   */
  private async findStored(room: AuthorizedRoom, draft: ChatDraft): Promise<AppendResult | undefined> {
    const entry = draft.id && (await this.log.find(room, draft.id));
    return entry && isEntryOf(entry, draft) ? { entry, repeated: true } : undefined;
  }

  /**
   * Renames a visitor, and announces the new name in its rooms.
   * @throws {Refusal} `muted`, `rate_limited`, `name_taken`, or `conflict` if an account would have no name
   */
  async rename(visitor: Visitor, username: string): Promise<ChangeUsername> {
    await this.writeAccess.authorize('names', visitor);
    await this.visitors.rename(visitor, username);
    const change: ChangeUsername = { type: 'change_username', visitor: visitor.id, username };
    // The store announces the name of a persistent visitor on the control channel.
    if (!visitor.isPersistent) this.presence.announceRename(change);
    return change;
  }

  /**
   * Counts a message towards the limits.
   * @returns the current name of its writer, and the function that undoes the count of slow mode, which must be called if
   *   the message is not stored.
   * @throws {Refusal} `muted`, `room_archived`, `room_locked`, `slow_mode` or `rate_limited`
   */
  private async authorizeMessage(
    room: AuthorizedRoom,
    visitor: Visitor,
  ): Promise<{ username: string; undoCount: () => Promise<void> }> {
    const { username, role } = await this.writeAccess.authorize('messages', visitor);
    const { locked, slow, archived } = await this.rules.forWriting(room);
    if (archived) throw new Refusal('room_archived', 'roomArchived');
    if (!(locked || slow > 0) || isAtLeast(role, 'moderator'))
      return { username, undoCount: () => Promise.resolve() };
    if (locked) throw new Refusal('room_locked', 'roomLocked');
    // A visitor without a cookie could otherwise reconnect to evade slow mode.
    const writer = visitor.isPersistent ? visitor.id : visitor.address;
    return { username, undoCount: await this.slowMode.count(room, writer, slow) };
  }
}
