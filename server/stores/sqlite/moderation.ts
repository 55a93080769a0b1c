import type Database from 'better-sqlite3';
import type { BanStore } from '../../access/access-control';
import type { AuditEntry, NewAuditEntry } from '../../access/audit-entry';
import type { ExpectedRoles } from '../../access/role';
import type { Outcome, ModeratedPerson, ModerationStore } from '../../chat/moderation-store';
import type { Role, RoomRules } from '../../wire';
import type { Statement } from '../sql/database';
import type { SqliteControl } from './control';
import { ensureVisitor, expectRoles, insertAuditEntry } from './statements';
import type { Writer } from './writer';

/** Roles, mutes, bans, room rules and the audit log, in SQLite. */
export class SqliteModeration implements ModerationStore, BanStore {
  private readonly readBan;
  private readonly readRules;
  private readonly readModerated;
  private readonly readAudit;

  constructor(
    db: Database.Database,
    private readonly writer: Writer,
    private readonly control: SqliteControl,
  ) {
    this.readBan = db
      .prepare<[string], number>('SELECT until FROM banned_addresses WHERE address = ?')
      .pluck();
    this.readRules = db.prepare<[string], { locked: 0 | 1; slow: number }>(
      'SELECT locked, slow FROM room_rules WHERE room = ?',
    );
    this.readModerated = db.prepare<[number, number], ModeratedPerson>(
      `SELECT id AS visitor, username, role, muted_until AS mutedUntil, banned_until AS bannedUntil FROM visitors
       WHERE role <> 'guest' OR muted_until > ? OR banned_until > ? ORDER BY username, id`,
    );
    this.readAudit = db.prepare<[number, number], Omit<AuditEntry, 'details'> & { details: string }>(
      'SELECT id, at, visitor, action, target, details FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?',
    );
  }

  async bannedUntil(address: string): Promise<number> {
    return this.readBan.get(address) ?? 0;
  }

  async mute(visitor: string, until: number, audit: NewAuditEntry, roles: ExpectedRoles): Promise<Outcome> {
    return this.writer.runGuarded(
      [expectRoles(roles)],
      ensureVisitor(visitor, audit.at),
      ['UPDATE visitors SET muted_until = ? WHERE id = ?', until, visitor],
      insertAuditEntry(audit),
    );
  }

  async ban(
    visitor: string,
    until: number,
    addresses: readonly string[],
    to: number,
    audit: NewAuditEntry,
    roles: ExpectedRoles,
  ): Promise<Outcome> {
    const banned = this.writer.runGuarded(
      [expectRoles(roles)],
      ensureVisitor(visitor, audit.at),
      ['UPDATE visitors SET banned_until = ? WHERE id = ?', until, visitor],
      ...addresses.map((address): Statement => [
        `INSERT INTO banned_addresses (address, until, visitor) VALUES (?, ?, ?)
         ON CONFLICT (address) DO UPDATE SET until = max(until, excluded.until), visitor = excluded.visitor`,
        address,
        to,
        visitor,
      ]),
      insertAuditEntry(audit),
    );
    return this.control.announceAccess(banned, visitor, addresses);
  }

  async unban(visitor: string, audit: NewAuditEntry, roles: ExpectedRoles): Promise<Outcome> {
    return this.writer.runGuarded(
      [expectRoles(roles)],
      ['UPDATE visitors SET banned_until = 0 WHERE id = ?', visitor],
      ['DELETE FROM banned_addresses WHERE visitor = ?', visitor],
      insertAuditEntry(audit),
    );
  }

  async setRole(visitor: string, role: Role, audit: NewAuditEntry, roles: ExpectedRoles): Promise<Outcome> {
    const changed = this.writer.runGuarded(
      [expectRoles(roles)],
      ensureVisitor(visitor, audit.at),
      ['UPDATE visitors SET role = ? WHERE id = ?', role, visitor],
      insertAuditEntry(audit),
    );
    return this.control.announceAccess(changed, visitor);
  }

  async setRules(
    room: string,
    before: RoomRules,
    { locked, slow }: RoomRules,
    audit: NewAuditEntry,
    roles: ExpectedRoles,
  ): Promise<Outcome | 'rules_changed'> {
    const unchanged =
      "SELECT 1 WHERE coalesce((SELECT locked || ' ' || slow FROM room_rules WHERE room = ?), '0 0') = ?";
    const outcome = await this.writer.runGuarded(
      [expectRoles(roles), ['rules_changed', [unchanged, room, `${Number(before.locked)} ${before.slow}`]]],
      [
        `INSERT INTO room_rules (room, locked, slow) VALUES (?, ?, ?)
         ON CONFLICT (room) DO UPDATE SET locked = excluded.locked, slow = excluded.slow`,
        room,
        Number(locked),
        slow,
      ],
      insertAuditEntry(audit),
    );
    if (outcome === 'done') await this.control.announce({ type: 'change_room', room, locked, slow });
    return outcome;
  }

  async rulesOf(room: string): Promise<RoomRules> {
    const { locked, slow } = this.readRules.get(room) ?? { locked: 0, slow: 0 };
    return { locked: locked === 1, slow };
  }

  async moderatedPeople(at: number): Promise<ModeratedPerson[]> {
    return this.readModerated.all(at, at);
  }

  async auditLog(before: number, limit: number): Promise<AuditEntry[]> {
    const rows = this.readAudit.all(Math.min(before, Number.MAX_SAFE_INTEGER), limit);
    return rows.map((row) => ({ ...row, details: JSON.parse(row.details) as object }) as AuditEntry);
  }
}
