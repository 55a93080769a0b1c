import type { BanStore } from '../../access/access-control';
import type { AuditEntry, NewAuditEntry } from '../../access/audit-entry';
import type { ExpectedRoles } from '../../access/role';
import type { ModeratedPerson, ModerationStore, Outcome, WriteRules } from '../../chat/moderation-store';
import type { Role, RoomRules } from '../../wire';
import type { SqlDatabase, Statement } from './database';
import { accessOf, ensureVisitor, expectRoles, insertAuditEntry, toInteger } from './statements';

/** Roles, mutes, bans, room rules and the audit log. */
export class SqlModeration implements ModerationStore, BanStore {
  constructor(private readonly db: SqlDatabase) {}

  async bannedUntil(address: string): Promise<number> {
    const sql = 'SELECT until FROM banned_addresses WHERE address = ?';
    const [row] = await this.db.read<{ until: number }>(sql, address);
    return row?.until ?? 0;
  }

  mute(visitor: string, until: number, audit: NewAuditEntry, roles: ExpectedRoles): Promise<Outcome> {
    return this.db.runGuarded(
      [expectRoles(roles)],
      [
        ensureVisitor(visitor, audit.at),
        ['UPDATE visitors SET muted_until = ? WHERE id = ?', until, visitor],
        insertAuditEntry(audit),
      ],
    );
  }

  ban(
    visitor: string,
    until: number,
    addresses: readonly string[],
    to: number,
    audit: NewAuditEntry,
    roles: ExpectedRoles,
  ): Promise<Outcome> {
    return this.db.runGuarded(
      [expectRoles(roles)],
      [
        ensureVisitor(visitor, audit.at),
        ['UPDATE visitors SET banned_until = ? WHERE id = ?', until, visitor],
        ...addresses.map((address) => banAddress(address, to, visitor)),
        insertAuditEntry(audit),
      ],
      { ...accessOf(visitor), addresses },
    );
  }

  unban(visitor: string, audit: NewAuditEntry, roles: ExpectedRoles): Promise<Outcome> {
    return this.db.runGuarded(
      [expectRoles(roles)],
      [
        ['UPDATE visitors SET banned_until = 0 WHERE id = ?', visitor],
        ['DELETE FROM banned_addresses WHERE visitor = ?', visitor],
        insertAuditEntry(audit),
      ],
    );
  }

  setRole(visitor: string, role: Role, audit: NewAuditEntry, roles: ExpectedRoles): Promise<Outcome> {
    return this.db.runGuarded(
      [expectRoles(roles)],
      [
        ensureVisitor(visitor, audit.at),
        ['UPDATE visitors SET role = ? WHERE id = ?', role, visitor],
        insertAuditEntry(audit),
      ],
      accessOf(visitor),
    );
  }

  setRules(
    room: string,
    before: RoomRules,
    { locked, slow }: RoomRules,
    audit: NewAuditEntry,
    roles: ExpectedRoles,
  ): Promise<Outcome | 'rules_changed'> {
    const unchanged = `SELECT 1 WHERE coalesce((SELECT locked FROM room_rules WHERE room = ?), 0) = ?
      AND coalesce((SELECT slow FROM room_rules WHERE room = ?), 0) = ?`;
    return this.db.runGuarded(
      [expectRoles(roles), ['rules_changed', [unchanged, room, Number(before.locked), room, before.slow]]],
      [
        [
          `INSERT INTO room_rules (room, locked, slow) VALUES (?, ?, ?)
           ON CONFLICT (room) DO UPDATE SET locked = excluded.locked, slow = excluded.slow`,
          room,
          Number(locked),
          slow,
        ],
        insertAuditEntry(audit),
      ],
      { type: 'change_room', room, locked, slow },
    );
  }

  async rulesOf(room: string): Promise<WriteRules> {
    const [row] = await this.db.read<Record<keyof WriteRules, number>>(
      `SELECT coalesce(locked, 0) AS locked, coalesce(slow, 0) AS slow, coalesce(archived, 0) AS archived
       FROM (SELECT 1) AS one LEFT JOIN room_rules ON room_rules.room = ? LEFT JOIN room_details ON room_details.room = ?`,
      room,
      room,
    );
    const { locked, slow, archived } = row!;
    return { locked: Boolean(locked), slow, archived: Boolean(archived) };
  }

  moderatedPeople(at: number): Promise<ModeratedPerson[]> {
    return this.db.read(
      `SELECT id AS visitor, username, role, muted_until AS "mutedUntil", banned_until AS "bannedUntil" FROM visitors
       WHERE role <> 'guest' OR muted_until > ? OR banned_until > ? ORDER BY username, id`,
      at,
      at,
    );
  }

  async auditLog(before: number, limit: number): Promise<AuditEntry[]> {
    const rows = await this.db.read<Omit<AuditEntry, 'details'> & { details: string }>(
      'SELECT id, at, visitor, action, target, details FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?',
      toInteger(before),
      limit,
    );
    return rows.map((row) => ({ ...row, details: JSON.parse(row.details) as object }) as AuditEntry);
  }
}

/** Bans an address, at least as long as before. */
function banAddress(address: string, until: number, visitor: string): Statement {
  return [
    `INSERT INTO banned_addresses (address, until, visitor) VALUES (?, ?, ?)
     ON CONFLICT (address) DO UPDATE SET visitor = excluded.visitor,
       until = CASE WHEN banned_addresses.until > excluded.until THEN banned_addresses.until ELSE excluded.until END`,
    address,
    until,
    visitor,
  ];
}
