import type Database from 'better-sqlite3';
import type { BanStore } from '../../access/door';
import type { Roles } from '../../access/role';
import type { Deed, Known, ModerationStore, NewDeed } from '../../chat/moderation';
import { ANONYMOUS } from '../../identity/name';
import type { Role, RoomRules } from '../../wire';
import type { Statement, Writer } from './writer';

/** Who may what, in SQLite. */
export class SqliteModeration implements ModerationStore, BanStore {
  private readonly readAddress;
  private readonly readRules;
  private readonly readKnown;
  private readonly readDeeds;

  constructor(
    db: Database.Database,
    private readonly writer: Writer,
  ) {
    this.readAddress = db
      .prepare<[string], number>('SELECT until FROM banned_addresses WHERE address = ?')
      .pluck();
    this.readRules = db.prepare<[string], { locked: 0 | 1; slow: number }>(
      'SELECT locked, slow FROM room_rules WHERE room = ?',
    );
    this.readKnown = db.prepare<[number, number], Known>(
      `SELECT id AS visitor, username, role, muted_until AS mutedUntil, banned_until AS bannedUntil FROM visitors
       WHERE role <> 'guest' OR muted_until > ? OR banned_until > ? ORDER BY username, id`,
    );
    this.readDeeds = db.prepare<[number, number], Deed>(
      'SELECT id, at, visitor, action, target, detail FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?',
    );
  }

  async bannedUntil(address: string): Promise<number> {
    return this.readAddress.get(address) ?? 0;
  }

  async mute(visitor: string, until: number, deed: NewDeed, roles: Roles): Promise<boolean> {
    return this.change(
      stillHave(roles),
      known(visitor),
      ['UPDATE visitors SET muted_until = ? WHERE id = ?', until, visitor],
      noted(deed),
    );
  }

  async ban(
    visitor: string,
    until: number,
    addresses: readonly string[],
    to: number,
    deed: NewDeed,
    roles: Roles,
  ): Promise<boolean> {
    return this.change(
      stillHave(roles),
      known(visitor),
      ['UPDATE visitors SET banned_until = ? WHERE id = ?', until, visitor],
      ...addresses.map((address): Statement => [
        `INSERT INTO banned_addresses (address, until, visitor) VALUES (?, ?, ?)
         ON CONFLICT (address) DO UPDATE SET until = max(until, excluded.until), visitor = excluded.visitor`,
        address,
        to,
        visitor,
      ]),
      noted(deed),
    );
  }

  async unban(visitor: string, deed: NewDeed, roles: Roles): Promise<boolean> {
    return this.change(
      stillHave(roles),
      ['UPDATE visitors SET banned_until = 0 WHERE id = ?', visitor],
      ['DELETE FROM banned_addresses WHERE visitor = ?', visitor],
      noted(deed),
    );
  }

  async setRole(visitor: string, role: Role, deed: NewDeed, roles: Roles): Promise<boolean> {
    return this.change(
      stillHave(roles),
      known(visitor),
      ['UPDATE visitors SET role = ? WHERE id = ?', role, visitor],
      noted(deed),
    );
  }

  async setRules(
    room: string,
    before: RoomRules,
    { locked, slow }: RoomRules,
    deed: NewDeed,
    roles: Roles,
  ): Promise<boolean> {
    const unchanged = "coalesce((SELECT locked || ' ' || slow FROM room_rules WHERE room = ?), '0 0') = ?";
    return this.change(
      stillHave(roles, unchanged, room, `${Number(before.locked)} ${before.slow}`),
      [
        `INSERT INTO room_rules (room, locked, slow) VALUES (?, ?, ?)
         ON CONFLICT (room) DO UPDATE SET locked = excluded.locked, slow = excluded.slow`,
        room,
        Number(locked),
        slow,
      ],
      noted(deed),
    );
  }

  async rulesOf(room: string): Promise<RoomRules> {
    const { locked, slow } = this.readRules.get(room) ?? { locked: 0, slow: 0 };
    return { locked: locked === 1, slow };
  }

  async known(): Promise<Known[]> {
    const now = Date.now();
    return this.readKnown.all(now, now);
  }

  async deeds(before: number, limit: number): Promise<Deed[]> {
    return this.readDeeds.all(Math.min(before, Number.MAX_SAFE_INTEGER), limit);
  }

  private async change(guard: Statement, ...statements: readonly Statement[]): Promise<boolean> {
    return (await this.writer.runIf(guard, ...statements)) !== undefined;
  }
}

/** Makes a visitor known, so that there is something to be changed. */
export function known(visitor: string): Statement {
  return [
    `INSERT OR IGNORE INTO visitors (id, username, seen) VALUES (?, '${ANONYMOUS}', ?)`,
    visitor,
    Date.now(),
  ];
}

/** Guards a transaction: returns a row if visitors have the roles that its decision was based on. */
export function stillHave(roles: Roles, and = 'TRUE', ...values: (string | number)[]): Statement {
  const role = "coalesce((SELECT role FROM visitors WHERE id = ?), 'guest') = ?";
  return [`SELECT 1 WHERE ${[...roles.map(() => role), and].join(' AND ')}`, ...roles.flat(), ...values];
}

/** Adds to the audit trail. */
export function noted({ at, visitor, action, target, detail }: NewDeed): Statement {
  return [
    'INSERT INTO audit (at, visitor, action, target, detail) VALUES (?, ?, ?, ?, ?)',
    at,
    visitor,
    action,
    target,
    detail,
  ];
}
