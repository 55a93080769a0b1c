import type Database from 'better-sqlite3';
import type { NewAuditEntry } from '../../access/audit-entry';
import type { ExpectedRoles } from '../../access/role';
import type { Invitation, InvitationStore } from '../../accounts/invitations';
import type { Statement } from '../sql/database';
import type { SqliteControl } from './control';
import { ensureVisitor, expectRoles, insertAuditEntry } from './statements';
import type { Writer } from './writer';

const INVITATION = 'SELECT id, role, uses, used, until, visitor, at FROM invitations';

/** Invitations in SQLite. */
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

  async addInvitation(
    invitation: Invitation,
    hash: string,
    audit: NewAuditEntry,
    roles: ExpectedRoles,
  ): Promise<'done' | 'roles_changed'> {
    return this.writer.runGuarded([expectRoles(roles)], added(invitation, hash), insertAuditEntry(audit));
  }

  async addOwnersLink(
    invitation: Invitation,
    hash: string,
    audit: NewAuditEntry,
    replace: boolean,
  ): Promise<'done' | 'link_exists'> {
    const none = `SELECT 1 WHERE NOT EXISTS (
      SELECT 1 FROM invitations WHERE visitor = '' AND role = 'owner' AND (used > 0 OR until > ?))`;
    return this.writer.runGuarded(
      replace ? [] : [['link_exists', [none, invitation.at]]],
      ["UPDATE invitations SET until = min(until, ?) WHERE visitor = '' AND used < uses", invitation.at],
      added(invitation, hash),
      insertAuditEntry(audit),
    );
  }

  async invitationOf(hash: string): Promise<Invitation | undefined> {
    return this.readOne.get(hash);
  }

  async invitations(): Promise<Invitation[]> {
    return this.readAll.all();
  }

  async revokeInvitation(
    id: string,
    audit: NewAuditEntry,
    roles: ExpectedRoles,
  ): Promise<'done' | 'roles_changed' | 'not_found'> {
    return this.writer.runGuarded(
      [expectRoles(roles), ['not_found', ['SELECT 1 FROM invitations WHERE id = ?', id]]],
      ['UPDATE invitations SET until = min(until, ?) WHERE id = ?', audit.at, id],
      insertAuditEntry(audit),
    );
  }

  async redeem(
    id: string,
    audit: NewAuditEntry,
    roles: ExpectedRoles,
  ): Promise<'done' | 'roles_changed' | 'invitation_used'> {
    const { at, visitor } = audit;
    const isUsable = 'SELECT 1 FROM invitations WHERE id = ? AND used < uses AND until > ?';
    const redeeming = this.writer.runGuarded(
      [expectRoles(roles), ['invitation_used', [isUsable, id, at]]],
      ensureVisitor(visitor, at),
      ['UPDATE visitors SET role = (SELECT role FROM invitations WHERE id = ?) WHERE id = ?', id, visitor],
      insertAuditEntry(audit),
      ['UPDATE invitations SET used = used + 1 WHERE id = ?', id],
    );
    return this.control.announceAccess(redeeming, visitor);
  }
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
