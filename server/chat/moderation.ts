import type { AccessControl } from '../access/access-control';
import { auditEntry, type NewAuditEntry } from '../access/audit-entry';
import { FOREVER } from '../access/expiry';
import { requireRole } from '../access/role';
import type { Visitor } from '../identity/visitor';
import type { Visitors } from '../identity/visitors';
import { Refusal } from '../refusal';
import type { Role } from '../wire';
import type { ModeratedPerson, ModerationStore } from './moderation-store';
import { change, privilegeOf, privilegeOver } from './privileges';

const MINUTE = 60 * 1_000;
/** The longest ban of an address, in ms: others get the address later. */
const ADDRESS_BAN = 24 * 60 * MINUTE;

/** Mutes, bans and roles. */
export class Moderation {
  constructor(
    private readonly store: ModerationStore,
    private readonly visitors: Visitors,
    private readonly access: AccessControl,
  ) {}

  /** Mutes somebody. @param minutes nothing if permanently. @throws {Refusal} `forbidden` */
  async mute(actor: Visitor, visitor: string, minutes?: number): Promise<void> {
    const audit = auditEntry(actor.id, 'mute', visitor, { minutes });
    await this.setMuted(actor, visitor, end(minutes), audit);
  }

  /** Unmutes somebody. @throws {Refusal} `forbidden` */
  async unmute(actor: Visitor, visitor: string): Promise<void> {
    await this.setMuted(actor, visitor, 0, auditEntry(actor.id, 'unmute', visitor, {}));
  }

  /**
   * Bans somebody, and ends their connections.
   * @param minutes nothing if permanently.
   * @param address whether guests from the addresses of their open connections are banned, too, for a day at most.
   * @throws {Refusal} `forbidden`
   */
  async ban(actor: Visitor, visitor: string, minutes: number | undefined, address: boolean): Promise<void> {
    const addresses = address ? this.access.addressesOf(visitor) : [];
    const until = end(minutes);
    const addressUntil = Math.min(until, Date.now() + ADDRESS_BAN);
    const audit = auditEntry(actor.id, 'ban', visitor, { minutes, addresses });
    await change(
      () => privilegeOver(this.visitors, actor, visitor),
      (roles) => this.store.ban(visitor, until, addresses, addressUntil, audit, roles),
    );
  }

  /** Lifts a ban, and those of the addresses that came with it. @throws {Refusal} `forbidden` */
  async unban(actor: Visitor, visitor: string): Promise<void> {
    const audit = auditEntry(actor.id, 'unban', visitor, {});
    await change(
      () => privilegeOver(this.visitors, actor, visitor),
      (roles) => this.store.unban(visitor, audit, roles),
    );
  }

  /** Gives another visitor a role. @throws {Refusal} `forbidden` unless an owner asks. */
  async setRole(actor: Visitor, visitor: string, role: Role): Promise<void> {
    if (visitor === actor.id) {
      await requireRole(this.visitors, actor, 'owner');
      throw new Refusal('forbidden', 'You cannot change your own role. Ask another owner.');
    }
    // Whoever gives it must still be an owner when it is committed: so there is always one.
    await change(
      () => privilegeOf(this.visitors, actor, 'owner'),
      (roles) =>
        this.store.setRole(visitor, role, auditEntry(actor.id, 'set_role', visitor, { role }), roles),
    );
  }

  /** Returns those who have a role, or are muted or banned. @throws {Refusal} `forbidden` unless a moderator asks. */
  async moderatedPeople(actor: Visitor): Promise<ModeratedPerson[]> {
    await requireRole(this.visitors, actor, 'moderator');
    return this.store.moderatedPeople(Date.now());
  }

  private async setMuted(
    actor: Visitor,
    visitor: string,
    until: number,
    audit: NewAuditEntry,
  ): Promise<void> {
    await change(
      () => privilegeOver(this.visitors, actor, visitor),
      (roles) => this.store.mute(visitor, until, audit, roles),
    );
  }
}

/** Returns when something that begins now ends, in ms since 1970. @param minutes nothing if it is permanent. */
function end(minutes: number | undefined): number {
  return minutes === undefined ? FOREVER : Date.now() + minutes * MINUTE;
}
