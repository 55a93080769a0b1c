import type { AccessControl } from '../access/access-control';
import { auditEntry, type NewAuditEntry } from '../access/audit-entry';
import { FOREVER } from '../access/expiry';
import { requireRole } from '../access/role';
import type { Visitor } from '../identity/visitor';
import type { Visitors } from '../identity/visitors';
import { Refusal } from '../refusal';
import type { Role } from '../wire';
import type { ModeratedPerson, ModerationStore } from './moderation-store';
import { commitWithRoles, privilegeOf, privilegeOver } from './privileges';

const MINUTE = 60 * 1_000;
/** The longest ban of an address, in ms: providers reassign addresses to other people. */
const ADDRESS_BAN_MAX = 24 * 60 * MINUTE;

/** Mutes and bans visitors, and assigns roles. */
export class Moderation {
  constructor(
    private readonly store: ModerationStore,
    private readonly visitors: Visitors,
    private readonly access: AccessControl,
  ) {}

  /** Mutes a visitor. @param minutes undefined if permanently. @throws {Refusal} `forbidden` */
  async mute(actor: Visitor, visitor: string, minutes?: number): Promise<void> {
    const audit = auditEntry(actor.id, 'mute', visitor, { minutes });
    await this.setMuted(actor, visitor, expiryAfter(minutes), audit);
  }

  /** Unmutes a visitor. @throws {Refusal} `forbidden` */
  async unmute(actor: Visitor, visitor: string): Promise<void> {
    await this.setMuted(actor, visitor, 0, auditEntry(actor.id, 'unmute', visitor, {}));
  }

  /**
   * Bans a visitor, and ends its connections.
   * @param minutes undefined if permanently.
   * @param address whether to ban also guests from the addresses of its open connections, for a day at most.
   * @throws {Refusal} `forbidden`
   */
  async ban(actor: Visitor, visitor: string, minutes: number | undefined, address: boolean): Promise<void> {
    const addresses = address ? this.access.addressesOf(visitor) : [];
    const until = expiryAfter(minutes);
    const addressUntil = Math.min(until, Date.now() + ADDRESS_BAN_MAX);
    const audit = auditEntry(actor.id, 'ban', visitor, { minutes, addresses });
    await commitWithRoles(
      () => privilegeOver(this.visitors, actor, visitor),
      (roles) => this.store.ban(visitor, until, addresses, addressUntil, audit, roles),
    );
  }

  /** Lifts the ban of a visitor, and those of the addresses that were banned with it. @throws {Refusal} `forbidden` */
  async unban(actor: Visitor, visitor: string): Promise<void> {
    const audit = auditEntry(actor.id, 'unban', visitor, {});
    await commitWithRoles(
      () => privilegeOver(this.visitors, actor, visitor),
      (roles) => this.store.unban(visitor, audit, roles),
    );
  }

  /** Assigns a role to another visitor. @throws {Refusal} `forbidden` unless the actor is an owner. */
  async setRole(actor: Visitor, visitor: string, role: Role): Promise<void> {
    if (visitor === actor.id) {
      await requireRole(this.visitors, actor, 'owner');
      throw new Refusal('forbidden', 'ownRole');
    }
    // The actor must still be an owner when this is committed. Together with the check above, an owner always remains.
    await commitWithRoles(
      () => privilegeOf(this.visitors, actor, 'owner'),
      (roles) =>
        this.store.setRole(visitor, role, auditEntry(actor.id, 'set_role', visitor, { role }), roles),
    );
  }

  /**
   * Returns the visitors with a role, a mute or a ban.
   * @throws {Refusal} `forbidden` unless the actor is a moderator.
   */
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
    await commitWithRoles(
      () => privilegeOver(this.visitors, actor, visitor),
      (roles) => this.store.mute(visitor, until, audit, roles),
    );
  }
}

/** Returns the expiry of a mute or ban that begins now, in ms since 1970. @param minutes undefined if permanent. */
function expiryAfter(minutes: number | undefined): number {
  return minutes === undefined ? FOREVER : Date.now() + minutes * MINUTE;
}
