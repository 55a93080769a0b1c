import { FOREVER, type AccessControl } from '../access/access-control';
import { auditEntry, type NewAuditEntry } from '../access/audit-entry';
import { isAtLeast, requireRole, forbidden, type ExpectedRoles } from '../access/role';
import { hashOf, newId, newSecret } from '../identity/secret';
import type { Visitor } from '../identity/visitor';
import type { Visitors } from '../identity/visitors';
import { Refusal } from '../refusal';
import type { Role } from '../wire';

/** A link by which people come in. */
export interface Invitation {
  id: string;
  /** What they become. */
  role: Exclude<Role, 'guest'>;
  /** How many may use it, and how many have. */
  uses: number;
  used: number;
  /** When it expires, in ms since 1970; past where it was revoked. */
  until: number;
  /** Who made it; nobody did where the server itself had to. */
  visitor: string;
  at: number;
}

/**
 * Where links are stored: never with their secret. Each change is committed together with its audit entry, if the roles
 * are still those that it was allowed by; else nothing is changed.
 */
export interface InvitationStore {
  addInvitation(
    invitation: Invitation,
    hash: string,
    audit: NewAuditEntry,
    roles: ExpectedRoles,
  ): Promise<'done' | 'roles_changed'>;
  /** Adds a link that the server itself makes, and expires those that it made before and that were not used. */
  replaceOwnersLink(invitation: Invitation, hash: string, audit: NewAuditEntry): Promise<void>;
  invitationOf(hash: string): Promise<Invitation | undefined>;
  invitations(): Promise<Invitation[]>;
  /** Expires a link, at the time of the audit entry. */
  revokeInvitation(id: string, audit: NewAuditEntry, roles: ExpectedRoles): Promise<'done' | 'roles_changed'>;
  /**
   * Uses a link once: gives the visitor of the audit entry its role. A link that was used up, or has expired by the
   * time of the audit entry, changes nothing either.
   */
  redeem(
    id: string,
    audit: NewAuditEntry,
    roles: ExpectedRoles,
  ): Promise<'done' | 'roles_changed' | 'invitation_used'>;
}

/** What a link is to be. */
export interface InvitationDraft {
  role: Invitation['role'];
  uses: number;
  hours: number;
}

const HOUR = 60 * 60 * 1_000;
/** How long the link is valid that the server itself creates, in hours. It makes its bearer an owner. */
export const OWNERS_LINK_HOURS = 72;

/** The links that owners hand out. */
export class Invitations {
  constructor(
    private readonly store: InvitationStore,
    private readonly visitors: Visitors,
    private readonly access: AccessControl,
  ) {}

  /**
   * Returns the secret of a new owner's link, unless one is in use already or was used.
   * @param anew creates one in any case, in place of the last: for an operator who has lost the link or the account.
   */
  async ownersLink(anew = false): Promise<string | undefined> {
    const made = (await this.store.invitations()).some(
      ({ role, visitor, used, until }) => role === 'owner' && !visitor && (used > 0 || until > Date.now()),
    );
    if (made && !anew) return undefined;
    const { invitation, secret } = newInvitation('', { role: 'owner', uses: 1, hours: OWNERS_LINK_HOURS });
    await this.store.replaceOwnersLink(invitation, hashOf(secret), auditOf(invitation));
    return secret;
  }

  /**
   * Makes a link.
   * @returns its secret, which is told this once.
   * @throws {Refusal} 403 unless an owner asks.
   */
  async make(by: Visitor, inviting: InvitationDraft): Promise<{ invitation: Invitation; secret: string }> {
    await requireRole(this.visitors, by, 'owner');
    const { invitation, secret } = newInvitation(by.id, inviting);
    const decision = await this.store.addInvitation(invitation, hashOf(secret), auditOf(invitation), [
      [by.id, 'owner'],
    ]);
    if (decision === 'roles_changed') throw forbidden('owner');
    return { invitation, secret };
  }

  /** All links that were made, the newest first. @throws {Refusal} 403 unless an owner asks. */
  async list(by: Visitor): Promise<Invitation[]> {
    await requireRole(this.visitors, by, 'owner');
    return this.store.invitations();
  }

  /** Makes a link useless; who has come in by it stays. @throws {Refusal} 403 unless an owner asks. */
  async revoke(by: Visitor, id: string): Promise<void> {
    await requireRole(this.visitors, by, 'owner');
    const audit = auditEntry(by.id, 'revoke_invitation', id, {});
    if ((await this.store.revokeInvitation(id, audit, [[by.id, 'owner']])) === 'roles_changed')
      throw forbidden('owner');
  }

  /** The link of a secret. @throws {Refusal} 404 if there is none, or it can't be used any more. */
  async find(secret: string): Promise<Invitation> {
    const invitation = await this.store.invitationOf(hashOf(secret));
    if (!invitation || !isUsable(invitation)) throw linkExpired();
    return invitation;
  }

  /**
   * Lets somebody in by a link. Who may do as much already does not use it up, and may have used it up before: a click
   * that is repeated is no error.
   * @throws {Refusal} `banned`, or `not_found` if there is none, or it can't be used any more.
   */
  async redeem(visitor: Visitor, secret: string): Promise<void> {
    await this.access.checkBan(visitor);
    const hash = hashOf(secret);
    for (;;) {
      const invitation = await this.store.invitationOf(hash);
      const { role } = await this.visitors.profileById(visitor.id);
      if (invitation && isAtLeast(role, invitation.role)) return;
      if (!invitation || !isUsable(invitation)) throw linkExpired();
      // If not, the link or the role has changed meanwhile: that is decided anew.
      const audit = auditEntry(visitor.id, 'redeem_invitation', invitation.id, { role: invitation.role });
      if ((await this.store.redeem(invitation.id, audit, [[visitor.id, role]])) === 'done') return;
    }
  }
}

function newInvitation(
  by: string,
  { role, uses, hours }: InvitationDraft,
): { invitation: Invitation; secret: string } {
  const at = Date.now();
  const until = Math.min(at + hours * HOUR, FOREVER);
  return { invitation: { id: newId(), role, uses, used: 0, until, visitor: by, at }, secret: newSecret() };
}

function auditOf({ id, role, uses, visitor }: Invitation): NewAuditEntry {
  return auditEntry(visitor, 'invite', id, { role, uses });
}

function isUsable({ used, uses, until }: Invitation): boolean {
  return used < uses && until > Date.now();
}

function linkExpired(): Refusal {
  return new Refusal('not_found', 'This link is not valid any more. Ask for another.');
}
