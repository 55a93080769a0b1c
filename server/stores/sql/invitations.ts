import type { NewAuditEntry } from '../../access/audit-entry';
import type { ExpectedRoles } from '../../access/role';
import type { Invitation, InvitationStore } from '../../accounts/invitations';
import type { SqlDatabase, Statement } from './database';
import { accessOf, ensureVisitor, expectRoles, insertAuditEntry } from './statements';

const INVITATION = 'SELECT id, role, uses, used, until, visitor, at FROM invitations';

/** Invitations. */
export class SqlInvitations implements InvitationStore {
  constructor(private readonly db: SqlDatabase) {}

  addInvitation(
    invitation: Invitation,
    hash: string,
    audit: NewAuditEntry,
    roles: ExpectedRoles,
  ): Promise<'done' | 'roles_changed'> {
    return this.db.runGuarded([expectRoles(roles)], [added(invitation, hash), insertAuditEntry(audit)]);
  }

  addOwnersLink(
    invitation: Invitation,
    hash: string,
    audit: NewAuditEntry,
    replace: boolean,
  ): Promise<'done' | 'link_exists'> {
    const none = `SELECT 1 WHERE NOT EXISTS (
      SELECT 1 FROM invitations WHERE visitor = '' AND role = 'owner' AND (used > 0 OR until > ?))`;
    return this.db.runGuarded(replace ? [] : [['link_exists', [none, invitation.at]]], [
      expire("visitor = '' AND used < uses", invitation.at),
      added(invitation, hash),
      insertAuditEntry(audit),
    ]);
  }

  async invitationOf(hash: string): Promise<Invitation | undefined> {
    const [invitation] = await this.db.read<Invitation>(`${INVITATION} WHERE hash = ?`, hash);
    return invitation;
  }

  invitations(): Promise<Invitation[]> {
    return this.db.read(`${INVITATION} ORDER BY at DESC, id`);
  }

  revokeInvitation(
    id: string,
    audit: NewAuditEntry,
    roles: ExpectedRoles,
  ): Promise<'done' | 'roles_changed' | 'not_found'> {
    return this.db.runGuarded(
      [expectRoles(roles), ['not_found', ['SELECT 1 FROM invitations WHERE id = ?', id]]],
      [expire('id = ?', audit.at, id), insertAuditEntry(audit)],
    );
  }

  redeem(
    id: string,
    audit: NewAuditEntry,
    roles: ExpectedRoles,
  ): Promise<'done' | 'roles_changed' | 'invitation_used'> {
    const { at, visitor } = audit;
    const isUsable = 'SELECT 1 FROM invitations WHERE id = ? AND used < uses AND until > ?';
    return this.db.runGuarded(
      [expectRoles(roles), ['invitation_used', [isUsable, id, at]]],
      [
        ensureVisitor(visitor, at),
        ['UPDATE visitors SET role = (SELECT role FROM invitations WHERE id = ?) WHERE id = ?', id, visitor],
        insertAuditEntry(audit),
        ['UPDATE invitations SET used = used + 1 WHERE id = ?', id],
      ],
      accessOf(visitor),
    );
  }
}

/** Expires the invitations that meet a condition, unless they have expired before. */
function expire(condition: string, at: number, ...values: string[]): Statement {
  return [`UPDATE invitations SET until = ? WHERE until > ? AND ${condition}`, at, at, ...values];
}

function added({ id, role, uses, used, until, visitor, at }: Invitation, hash: string): Statement {
  return [
    `INSERT INTO invitations (id, hash, role, uses, used, until, visitor, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    id,
    hash,
    role,
    uses,
    used,
    until,
    visitor,
    at,
  ];
}
