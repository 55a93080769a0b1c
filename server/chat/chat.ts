import { randomUUID } from 'node:crypto';
import type { Limits } from '../access/limits';
import { isAtLeast } from '../access/role';
import { SlowMode } from '../access/slow-mode';
import type { Content } from '../entry-kinds';
import { ANONYMOUS, skeletonOf } from '../identity/name';
import type { Visitor } from '../identity/visitor';
import { nameTaken, type Visitors } from '../identity/visitors';
import { isEntryOf } from '../log/entry';
import type { Log } from '../log/log';
import type { AppendResult } from '../log/store';
import { Refusal } from '../refusal';
import type { ChangeUsername, RoomRules } from '../wire';
import type { Presence } from './presence';
import type { WriteAccess } from './write-access';

/** An entry that somebody wants to append to a room, checked. */
export type ChatDraft = Content & {
  room: string;
  /** The writer's own UUID; without one, a draft that is sent again is appended again. */
  id?: string | undefined;
};

/** Tells what may be said in a room. */
export interface RulesOfRooms {
  rulesOf(room: string): Promise<RoomRules>;
}

/** The rules of the chat, for every transport. */
export class Chat {
  private readonly slowMode = new SlowMode();

  /** What the names look like that are being taken, and by whom: the store is asked for one of them after the other. */
  private readonly claims = new Map<string, string>();

  constructor(
    private readonly log: Log,
    private readonly visitors: Visitors,
    private readonly presence: Presence,
    private readonly rules: RulesOfRooms,
    private readonly writeAccess: WriteAccess,
    private readonly limits: Limits,
  ) {}

  /**
   * Says something in a room, under the visitor's present name.
   * @returns once it is on the disk.
   * @throws {Refusal} 403 if the visitor may not, 409 if the id is taken by another body, 429 if it is too often, 503 if
   *   it could not be stored.
   */
  async send(visitor: Visitor, draft: ChatDraft): Promise<AppendResult> {
    const { room, id = randomUUID() } = draft;
    const allowed = await this.authorizeMessage(room, visitor).catch(async (error: unknown) => {
      const stored = await this.findStored(draft);
      if (!stored) throw error;
      // It costs a refusal all the same: it could be sent again without end.
      this.limits.countRefusal(visitor);
      return stored;
    });
    if ('entry' in allowed) return allowed;
    const { username, takeBack } = allowed;
    const appended = await this.log
      .append({ ...draft, id, visitor: visitor.id, username })
      .catch((error: unknown) => {
        takeBack();
        throw error;
      });
    if (appended.repeated) takeBack();
    return appended;
  }

  /**
   * Sends a message under a name, which the visitor takes first if it has another. A message that is stored already is
   * found first, since its name may have been taken since.
   * @throws {Refusal} as {@link send} and {@link rename} do.
   */
  async sendAs(visitor: Visitor, username: string, draft: ChatDraft): Promise<AppendResult> {
    const stored = await this.findStored(draft);
    if (stored) return stored;
    if (username !== visitor.username) await this.rename(visitor, username);
    return this.send(visitor, draft);
  }

  /**
   * Finds the entry of a message that is sent again. It is not refused, whatever has changed since: its answer may only
   * have been lost.
   */
  private async findStored(draft: ChatDraft): Promise<AppendResult | undefined> {
    const entry = draft.id && (await this.log.find(draft.room, draft.id));
    return entry && isEntryOf(entry, draft) ? { entry, repeated: true } : undefined;
  }

  /**
   * Changes a visitor's name, and tells those who are there.
   * @throws {Refusal} 403 if the visitor is muted, 409 if somebody has a name that looks like it, 429.
   */
  async rename(visitor: Visitor, username: string): Promise<ChangeUsername> {
    await this.writeAccess.authorize('names', visitor);
    if (username === ANONYMOUS) await this.visitors.rename(visitor, username);
    else await this.claim(visitor, username, skeletonOf(username));
    const change: ChangeUsername = { type: 'change_username', visitor: visitor.id, username };
    // A name that is stored is announced by its store.
    if (!visitor.isPersistent) this.presence.announceRename(change);
    return change;
  }

  /** Takes a name that nobody has, and nobody else is just taking. */
  private async claim(visitor: Visitor, username: string, skeleton: string): Promise<void> {
    const claimant = this.claims.get(skeleton) ?? visitor.id;
    if (claimant !== visitor.id || this.presence.hasNamesake(visitor.id, skeleton)) throw nameTaken(username);
    this.claims.set(skeleton, visitor.id);
    await this.visitors.rename(visitor, username).finally(() => this.claims.delete(skeleton));
  }

  /** The name under which a visitor may say something in a room now; `takeBack` is called if it is not stored. */
  private async authorizeMessage(
    room: string,
    visitor: Visitor,
  ): Promise<{ username: string; takeBack: () => void }> {
    const { username, role } = await this.writeAccess.authorize('messages', visitor);
    const { locked, slow } = await this.rules.rulesOf(room);
    if (!(locked || slow > 0) || isAtLeast(role, 'moderator')) return { username, takeBack: () => undefined };
    if (locked) throw new Refusal('room_locked', 'This room is locked: only moderators can write.');
    const who = visitor.isPersistent ? visitor.id : visitor.address;
    return { username, takeBack: this.slowMode.count(room, who, slow) };
  }
}
