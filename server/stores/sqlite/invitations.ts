import type Database from 'better-sqlite3';
import type { Invitation, InvitationStore } from '../../invitations';
import { known, noted } from './moderation';
import type { Writer } from './writer';

const INVITATION = 'SELECT id, role, uses, used, until, visitor, at FROM invitations';

/** Links to come in by, in SQLite. */
export class SqliteInvitations implements InvitationStore {
  private readonly readOne;
  private readonly readAll;

  constructor(
    db: Database.Database,
    private readonly writer: Writer,
  ) {
    this.readOne = db.prepare<[string], Invitation>(`${INVITATION} WHERE hash = ?`);
    this.readAll = db.prepare<[], Invitation>(`${INVITATION} ORDER BY at DESC, id`);
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
    return this.readOne.get(hash);
  }

  async invitations(): Promise<Invitation[]> {
    return this.readAll.all();
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
