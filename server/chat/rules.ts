import { auditEntry } from '../access/audit-entry';
import { isPrivate, type AuthorizedRoom } from '../access/room-access';
import type { Visitor } from '../identity/visitor';
import type { Visitors } from '../identity/visitors';
import type { RoomRules } from '../wire';
import { Refusal } from '../refusal';
import type { ModerationStore, WriteRules } from './moderation-store';
import { privilegeOf } from './privileges';

/** Reads and changes the rules of rooms: locks and slow mode. */
export class Rules {
  constructor(
    private readonly store: ModerationStore,
    private readonly visitors: Visitors,
  ) {}

  /** Returns the rules of a room. */
  async of(room: AuthorizedRoom): Promise<RoomRules> {
    const { locked, slow } = await this.store.rulesOf(room);
    return { locked, slow };
  }

  /** Returns everything that decides whether somebody may write in a room. */
  forWriting(room: AuthorizedRoom): Promise<WriteRules> {
    return this.store.rulesOf(room);
  }

  /**
   * Changes some rules of a room, and returns all of them.
   * @throws {Refusal} `forbidden` unless the actor is a moderator, and if the room is private.
   */
  async change(actor: Visitor, room: AuthorizedRoom, change: Partial<RoomRules>): Promise<RoomRules> {
    // Nobody moderates private rooms, and the audit log would reveal them.
    if (isPrivate(room)) throw new Refusal('forbidden', 'rulesOfPrivateRoom');
    for (;;) {
      const roles = await privilegeOf(this.visitors, actor, 'moderator');
      const before = await this.of(room);
      const rules = { ...before, ...change };
      const audit = auditEntry(actor.id, 'set_room', room, rules);
      if ((await this.store.setRules(room, before, rules, audit, roles)) === 'done') return rules;
    }
  }
}
