import type Database from 'better-sqlite3';
import type { Invitation, InvitationStore } from '../../accounts/invitations';
import type { Role } from '../../wire';
import { ensureVisitor, insertAuditEntry, haveRoles } from './moderation';
import type { SqliteControl } from './control';
import type { Statement, Writer } from './writer';

const INVITATION = 'SELECT id, role, uses, used, until, visitor, at FROM invitations';

/** Links to come in by, in SQLite. */
export class SqliteInvitations implements InvitationStore {
  private readonly readOne;
  private readonly readAll;

  constructor(
    db: Database.Database,
    private readonly writer: Writer,
    private readonly control: SqliteControl,
  ) {
    this.readOne = db.prepare<[string], Invitation>(`${INVITATION} WHERE hash = ?`);
    this.readAll = db.prepare<[], Invitation>(`${INVITATION} ORDER BY at DESC, id`);
  }

  async addInvitation(invitation: Invitation, hash: string): Promise<boolean> {
    const { visitor } = invitation;
    return (
      (await this.writer.runIf(haveRoles([[visitor, 'owner']]), ...added(invitation, hash))) !== undefined
    );
  }

  async replaceOwnersLink(invitation: Invitation, hash: string): Promise<void> {
    await this.writer.run(
      ["UPDATE invitations SET until = min(until, ?) WHERE visitor = '' AND used < uses", invitation.at],
      ...added(invitation, hash),
    );
  }

  async invitationOf(hash: string): Promise<Invitation | undefined> {
    return this.readOne.get(hash);
  }

  async invitations(): Promise<Invitation[]> {
    return this.readAll.all();
  }

  async revokeInvitation(id: string, by: string): Promise<boolean> {
    const at = Date.now();
    const revoked = await this.writer.runIf(
      haveRoles([[by, 'owner']]),
      ['UPDATE invitations SET until = min(until, ?) WHERE id = ?', at, id],
      insertAuditEntry({ at, visitor: by, action: 'revoke_invitation', target: id, details: {} }),
    );
    return revoked !== undefined;
  }

  async redeem(id: string, visitor: string, role: Role): Promise<boolean> {
    const now = Date.now();
    const redeemed = this.writer.runIf(
      haveRoles(
        [[visitor, role]],
        'EXISTS (SELECT 1 FROM invitations WHERE id = ? AND used < uses AND until > ?)',
        id,
        now,
      ),
      ensureVisitor(visitor),
      ['UPDATE visitors SET role = (SELECT role FROM invitations WHERE id = ?) WHERE id = ?', id, visitor],
      [
        `INSERT INTO audit (at, visitor, action, target, details)
         SELECT ?, ?, 'redeem_invitation', id, json_object('role', role) FROM invitations WHERE id = ?`,
        now,
        visitor,
        id,
      ],
      ['UPDATE invitations SET used = used + 1 WHERE id = ?', id],
    );
    return (await this.control.announceAccess(redeemed, visitor)) !== undefined;
  }
}

function added({ id, role, uses, used, until, visitor, at }: Invitation, hash: string): Statement[] {
  return [
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
    insertAuditEntry({ at, visitor, action: 'invite', target: id, details: { role, uses } }),
  ];
}
