import { randomUUID } from 'node:crypto';
import type { VisitorLimits } from '../access/visitor-limits';
import { isAtLeast } from '../access/role';
import type { SlowMode } from '../access/slow-mode';
import type { Content } from '../entry-kinds';
import { ANONYMOUS, skeletonOf } from '../identity/name';
import type { Visitor } from '../identity/visitor';
import { nameTaken, type Visitors } from '../identity/visitors';
import { isEntryOf } from '../log/entry';
import type { Log } from '../log/log';
import type { AppendResult, Draft } from '../log/store';
import { Refusal } from '../refusal';
import type { ChangeUsername } from '../wire';
import type { NameClaims } from './name-claims';
import type { Presence } from './presence';
import type { Rules } from './rules';
import type { WriteAccess } from './write-access';

/** A validated entry to append to a room. */
export type ChatDraft = Content & {
  room: string;
  /** The writer's own UUID; without one, a draft that is sent again is appended again. */
  id?: string | undefined;
};

/** Sends messages and changes names by the rules of the chat, for all transports. */
export class Chat {
  constructor(
    private readonly log: Log,
    private readonly visitors: Visitors,
    private readonly presence: Presence,
    private readonly rules: Rules,
    private readonly writeAccess: WriteAccess,
    private readonly limits: VisitorLimits,
    private readonly slowMode: SlowMode,
    private readonly claims: NameClaims,
  ) {}

  /**
   * Appends an entry to a room, under the visitor's current name.
   * @returns once it is on the disk.
   * @throws {Refusal} `muted`, `room_locked`, `slow_mode`, `rate_limited`, `id_taken` or `unavailable`
   */
  async send(visitor: Visitor, draft: ChatDraft): Promise<AppendResult> {
    const { type, body, room, id = randomUUID() } = draft;
    const allowed = await this.authorizeMessage(room, visitor).catch(async (error: unknown) => {
      const stored = await this.findStored(draft);
      if (!stored) throw error;
      // It counts as refused nevertheless: it could be sent again without end.
      this.limits.countRefusal(visitor);
      return stored;
    });
    if ('entry' in allowed) return allowed;
    const { username, takeBack } = allowed;
    // Field by field: a spread whose fields are overridden takes several times as long.
    const entry = { type, body, room, id, visitor: visitor.id, username } as Draft;
    const appended = await this.log.append(entry).catch((error: unknown) => {
      takeBack();
      throw error;
    });
    if (appended.repeated) takeBack();
    return appended;
  }

  /**
   * Sends a message under a name, which the visitor takes first if it has another. A message that is stored already is
   * found first, since its name may have been taken since, or may not be valid any more.
   * @param readName returns the name. @throws {Refusal} `bad_request` if it is not valid.
   * @throws {Refusal} as {@link send} and {@link rename} do.
   */
  async sendAs(visitor: Visitor, readName: () => string, draft: ChatDraft): Promise<AppendResult> {
    const stored = await this.findStored(draft);
    if (stored) return stored;
    const username = readName();
    if (username !== visitor.username) await this.rename(visitor, username);
    return this.send(visitor, draft);
  }

  /**
   * Returns the entry of a draft that is sent again. It is not refused, whatever has changed since: the client may have
   * lost the acknowledgement.
   */
  private async findStored(draft: ChatDraft): Promise<AppendResult | undefined> {
    const entry = draft.id && (await this.log.find(draft.room, draft.id));
    return entry && isEntryOf(entry, draft) ? { entry, repeated: true } : undefined;
  }

  /**
   * Changes a visitor's name, and announces it to the visitor's rooms.
   * @throws {Refusal} `muted`, `rate_limited` or `name_taken`
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

  /** Takes a name, unless somebody has it or is claiming it. */
  private async claim(visitor: Visitor, username: string, skeleton: string): Promise<void> {
    const release = await this.claims.claim(skeleton, visitor.id);
    if (!release) throw nameTaken(username);
    try {
      if (this.presence.hasNamesake(visitor.id, skeleton)) throw nameTaken(username);
      await this.visitors.rename(visitor, username);
    } finally {
      await release();
    }
  }

  /** Returns the visitor's current name, if it may write in a room; `takeBack` must be called if nothing is stored. */
  private async authorizeMessage(
    room: string,
    visitor: Visitor,
  ): Promise<{ username: string; takeBack: () => void }> {
    const { username, role } = await this.writeAccess.authorize('messages', visitor);
    const { locked, slow } = await this.rules.of(room);
    if (!(locked || slow > 0) || isAtLeast(role, 'moderator')) return { username, takeBack: () => undefined };
    if (locked) throw new Refusal('room_locked', 'This room is locked: only moderators can write.');
    const who = visitor.isPersistent ? visitor.id : visitor.address;
    return { username, takeBack: await this.slowMode.count(room, who, slow) };
  }
}
