import type Database from 'better-sqlite3';
import type { BanStore } from '../../door';
import type { Invitation, InvitationStore } from '../../invitations';
import type { Deed, Known, ModerationStore } from '../../moderation';
import { ANONYMOUS } from '../../name';
import type { Role, RoomRules } from '../../wire';
import type { Statement, Writer } from './writer';

const INVITATION = 'SELECT id, role, uses, used, until, visitor, at FROM invitations';

/** Who may what, in SQLite. */
export class SqliteModeration implements ModerationStore, InvitationStore, BanStore {
  private readonly readAddress;
  private readonly readRules;
  private readonly readKnown;
  private readonly readDeeds;
  private readonly readInvitation;
  private readonly readInvitations;

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
      'SELECT at, visitor, action, target, detail FROM audit WHERE at < ? ORDER BY id DESC LIMIT ?',
    );
    this.readInvitation = db.prepare<[string], Invitation>(`${INVITATION} WHERE hash = ?`);
    this.readInvitations = db.prepare<[], Invitation>(`${INVITATION} ORDER BY at DESC, id`);
  }

  async bannedUntil(address: string): Promise<number> {
    return this.readAddress.get(address) ?? 0;
  }

  async mute(visitor: string, until: number, deed: Deed): Promise<void> {
    await this.writer.run(
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
    deed: Deed,
  ): Promise<void> {
    await this.writer.run(
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

  async unban(visitor: string, deed: Deed): Promise<void> {
    await this.writer.run(
      ['UPDATE visitors SET banned_until = 0 WHERE id = ?', visitor],
      ['DELETE FROM banned_addresses WHERE visitor = ?', visitor],
      noted(deed),
    );
  }

  async setRole(visitor: string, role: Role, deed: Deed): Promise<void> {
    await this.writer.run(
      known(visitor),
      ['UPDATE visitors SET role = ? WHERE id = ?', role, visitor],
      noted(deed),
    );
  }

  async setRules(room: string, { locked, slow }: RoomRules, deed: Deed): Promise<void> {
    await this.writer.run(
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

  async note(deed: Deed): Promise<void> {
    await this.writer.run(noted(deed));
  }

  async known(): Promise<Known[]> {
    const now = Date.now();
    return this.readKnown.all(now, now);
  }

  async deeds(before: number, limit: number): Promise<Deed[]> {
    return this.readDeeds.all(before, limit);
  }

  async addInvitation({ id, role, uses, used, until, visitor, at }: Invitation, hash: string): Promise<void> {
    await this.writer.run(
      [
        `INSERT INTO invitations (id, hash, role, uses, used, until, visitor, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        id,
        hash,
        role,
        uses,
        used,
        until,
        visitor,
        at,
      ],
      noted({ at, visitor, action: 'invite', target: id, detail: `${role}, ${uses} times` }),
    );
  }

  async invitationOf(hash: string): Promise<Invitation | undefined> {
    return this.readInvitation.get(hash);
  }

  async invitations(): Promise<Invitation[]> {
    return this.readInvitations.all();
  }

  async revokeInvitation(id: string, by: string): Promise<void> {
    const at = Date.now();
    await this.writer.run(
      ['UPDATE invitations SET until = min(until, ?) WHERE id = ?', at, id],
      noted({ at, visitor: by, action: 'revoke_invitation', target: id, detail: '' }),
    );
  }

  async redeem(id: string, visitor: string): Promise<boolean> {
    const now = Date.now();
    const usable = 'id = ? AND used < uses AND until > ?';
    const [, redeemed] = await this.writer.run(
      known(visitor),
      [
        `UPDATE visitors SET role = (SELECT role FROM invitations WHERE id = ?)
         WHERE id = ? AND EXISTS (SELECT 1 FROM invitations WHERE ${usable})`,
        id,
        visitor,
        id,
        now,
      ],
      [
        `INSERT INTO audit (at, visitor, action, target, detail)
         SELECT ?, ?, 'redeem_invitation', ?, role FROM invitations WHERE ${usable}`,
        now,
        visitor,
        id,
        id,
        now,
      ],
      [`UPDATE invitations SET used = used + 1 WHERE ${usable}`, id, now],
    );
    return redeemed === 1;
  }
}

/** Makes a visitor known, so that there is something to be changed. */
function known(visitor: string): Statement {
  return [
    `INSERT OR IGNORE INTO visitors (id, username, seen) VALUES (?, '${ANONYMOUS}', ?)`,
    visitor,
    Date.now(),
  ];
}

function noted({ at, visitor, action, target, detail }: Deed): Statement {
  return [
    'INSERT INTO audit (at, visitor, action, target, detail) VALUES (?, ?, ?, ?, ?)',
    at,
    visitor,
    action,
    target,
    detail,
  ];
}
