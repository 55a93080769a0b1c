import { auditEntry } from '../access/audit-entry';
import type { Visitor } from '../identity/visitor';
import type { Visitors } from '../identity/visitors';
import type { RoomRules } from '../wire';
import type { ModerationStore } from './moderation-store';
import { privilegeOf } from './privileges';

/** Reads and changes the rules of rooms: locks and slow mode. */
export class Rules {
  constructor(
    private readonly store: ModerationStore,
    private readonly visitors: Visitors,
  ) {}

  /** Returns the rules of a room. */
  of(room: string): Promise<RoomRules> {
    return this.store.rulesOf(room);
  }

  /**
   * Changes some rules of a room, and returns all of them.
   * @throws {Refusal} `forbidden` unless the actor is a moderator.
   */
  async change(actor: Visitor, room: string, change: Partial<RoomRules>): Promise<RoomRules> {
    for (;;) {
      const roles = await privilegeOf(this.visitors, actor, 'moderator');
      const before = await this.store.rulesOf(room);
      const rules = { ...before, ...change };
      const audit = auditEntry(actor.id, 'set_room', room, rules);
      if ((await this.store.setRules(room, before, rules, audit, roles)) === 'done') return rules;
    }
  }
}
