import type { AuditEntry, NewAuditEntry } from '../access/audit-entry';
import type { ExpectedRoles } from '../access/role';
import type { Profile } from '../identity/visitor';
import type { Role, RoomRules } from '../wire';

/** A visitor with a role, a mute or a ban. */
export interface ModeratedPerson extends Pick<Profile, 'username' | 'role' | 'mutedUntil' | 'bannedUntil'> {
  visitor: string;
}

/** The rules of a room, and whether it is archived. */
export interface WriteRules extends RoomRules {
  archived: boolean;
}

/** The outcome of a change: committed, or refused because the expected roles have changed. */
export type Outcome = 'done' | 'roles_changed';

/**
 * Stores roles, mutes, bans, the rules of rooms and the audit log. Each change is committed together with its audit
 * entry, and only if the visitors still have the expected roles. `until` is an expiry in ms since 1970.
 */
export interface ModerationStore {
  /** Mutes a visitor; with a time in the past, unmutes it. */
  mute(visitor: string, until: number, audit: NewAuditEntry, roles: ExpectedRoles): Promise<Outcome>;
  /** Bans a visitor, and addresses until `addressUntil`. */
  ban(
    visitor: string,
    until: number,
    addresses: readonly string[],
    addressUntil: number,
    audit: NewAuditEntry,
    roles: ExpectedRoles,
  ): Promise<Outcome>;
  /** Lifts a ban, and those of the addresses that were banned with the visitor. */
  unban(visitor: string, audit: NewAuditEntry, roles: ExpectedRoles): Promise<Outcome>;
  /** Gives a visitor a role. */
  setRole(visitor: string, role: Role, audit: NewAuditEntry, roles: ExpectedRoles): Promise<Outcome>;
  /**
   * Replaces the rules of a room.
   * @param before the rules that are replaced.
   * @returns `rules_changed` if they are no longer the current ones.
   */
  setRules(
    room: string,
    before: RoomRules,
    rules: RoomRules,
    audit: NewAuditEntry,
    roles: ExpectedRoles,
  ): Promise<Outcome | 'rules_changed'>;
  /** Returns the rules of a room: neither locked nor slow until they are set, nor archived. */
  rulesOf(room: string): Promise<WriteRules>;
  /** Returns the visitors with a role, or with a mute or ban at a time, in ms since 1970. */
  moderatedPeople(at: number): Promise<ModeratedPerson[]>;
  /** Returns the newest `limit` audit entries with a smaller id than `before`, the newest first. */
  auditLog(before: number, limit: number): Promise<AuditEntry[]>;
}
