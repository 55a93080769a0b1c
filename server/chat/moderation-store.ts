import type { AuditEntry, NewAuditEntry } from '../access/audit-entry';
import type { ExpectedRoles } from '../access/role';
import type { Profile } from '../identity/visitor';
import type { Role, RoomRules } from '../wire';

/** A visitor who has a role, or is muted or banned. */
export interface ModeratedPerson extends Pick<Profile, 'username' | 'role' | 'mutedUntil' | 'bannedUntil'> {
  visitor: string;
}

/** What became of a change: it was committed, or the roles that allowed it have changed. */
export type Decision = 'done' | 'roles_changed';

/**
 * Where roles, mutes, bans, the rules of rooms and the audit log are stored. Each change is committed together with its
 * audit entry, if the roles are still those that allowed it; else nothing is changed.
 */
export interface ModerationStore {
  mute(visitor: string, until: number, audit: NewAuditEntry, roles: ExpectedRoles): Promise<Decision>;
  /** Bans a visitor, and addresses. @param to until when the addresses are banned. */
  ban(
    visitor: string,
    until: number,
    addresses: readonly string[],
    to: number,
    audit: NewAuditEntry,
    roles: ExpectedRoles,
  ): Promise<Decision>;
  /** Lifts a ban, and those of addresses that came with it. */
  unban(visitor: string, audit: NewAuditEntry, roles: ExpectedRoles): Promise<Decision>;
  setRole(visitor: string, role: Role, audit: NewAuditEntry, roles: ExpectedRoles): Promise<Decision>;
  /** Replaces the rules of a room. @param before the rules that are replaced. */
  setRules(
    room: string,
    before: RoomRules,
    rules: RoomRules,
    audit: NewAuditEntry,
    roles: ExpectedRoles,
  ): Promise<Decision | 'rules_changed'>;
  rulesOf(room: string): Promise<RoomRules>;
  /** Returns those who have a role, or are muted or banned at a time, in ms since 1970. */
  moderatedPeople(at: number): Promise<ModeratedPerson[]>;
  /** Returns the newest audit entries with a smaller id than `before`, the newest first. */
  auditLog(before: number, limit: number): Promise<AuditEntry[]>;
}
