import type { AccessControl } from '../access/access-control';
import { auditEntry, type NewAuditEntry } from '../access/audit-entry';
import { FOREVER } from '../access/expiry';
import { isAtLeast, requireRole, forbidden, type ExpectedRoles } from '../access/role';
import { hashOf, newId, newSecret } from '../identity/secret';
import type { Visitor } from '../identity/visitor';
import type { Visitors } from '../identity/visitors';
import { Refusal } from '../refusal';
import type { Role } from '../wire';

/** An invitation: a link that gives a role. */
export interface Invitation {
  id: string;
  /** The role that it gives. */
  role: Exclude<Role, 'guest'>;
  /** How many people can accept it, and how many have accepted it. */
  uses: number;
  used: number;
  /** Its expiry, in ms since 1970. Revoking an invitation moves it to the past. */
  until: number;
  /** The owner who created it; empty for the owner's link, which the server creates. */
  visitor: string;
  /** The time of its creation, in ms since 1970. */
  at: number;
}

/**
 * Stores invitations, with the hashes of their secrets. Each change is committed together with its audit entry, and
 * only if the visitors still have the expected roles.
 */
export interface InvitationStore {
  /** Adds an invitation. @param hash the hash of its secret. */
  addInvitation(
    invitation: Invitation,
    hash: string,
    audit: NewAuditEntry,
    roles: ExpectedRoles,
  ): Promise<'done' | 'roles_changed'>;
  /**
   * Adds an owner's link, and expires earlier ones that are unused.
   * @param replace whether to add it even if there is one.
   * @returns `link_exists` if one was used, or has not expired when this one is created.
   */
  addOwnersLink(
    invitation: Invitation,
    hash: string,
    audit: NewAuditEntry,
    replace: boolean,
  ): Promise<'done' | 'link_exists'>;
  /** Returns the invitation whose secret has a hash, also if it is used up or has expired. */
  invitationOf(hash: string): Promise<Invitation | undefined>;
  /** Returns all invitations, the newest first. */
  invitations(): Promise<Invitation[]>;
  /**
   * Expires an invitation, at the time of the audit entry; one that has expired before keeps its expiry.
   * @returns `not_found` if there is none with this id.
   */
  revokeInvitation(
    id: string,
    audit: NewAuditEntry,
    roles: ExpectedRoles,
  ): Promise<'done' | 'roles_changed' | 'not_found'>;
  /**
   * Uses an invitation once: gives its role to the visitor of the audit entry.
   * @returns `invitation_used` if it is used up, or has expired by the time of the audit entry.
   */
  redeem(
    id: string,
    audit: NewAuditEntry,
    roles: ExpectedRoles,
  ): Promise<'done' | 'roles_changed' | 'invitation_used'>;
}

/** An invitation to create. */
export interface InvitationDraft {
  role: Invitation['role'];
  uses: number;
  hours: number;
}

const HOUR = 60 * 60 * 1_000;
/** The validity of the owner's link, in hours. */
const OWNERS_LINK_HOURS = 72;

/** Creates, revokes and redeems invitations. */
export class Invitations {
  constructor(
    private readonly store: InvitationStore,
    private readonly visitors: Visitors,
    private readonly access: AccessControl,
  ) {}

  /**
   * Creates an invitation.
   * @returns its secret, which is not stored.
   * @throws {Refusal} `forbidden` unless the actor is an owner.
   */
  async create(actor: Visitor, draft: InvitationDraft): Promise<{ invitation: Invitation; secret: string }> {
    await requireRole(this.visitors, actor, 'owner');
    const { invitation, secret } = newInvitation(actor.id, draft);
    const outcome = await this.store.addInvitation(invitation, hashOf(secret), auditOf(invitation), [
      [actor.id, 'owner'],
    ]);
    if (outcome === 'roles_changed') throw forbidden('owner');
    return { invitation, secret };
  }

  /** Returns all invitations, the newest first. @throws {Refusal} `forbidden` unless the actor is an owner. */
  async list(actor: Visitor): Promise<Invitation[]> {
    await requireRole(this.visitors, actor, 'owner');
    return this.store.invitations();
  }

  /**
   * Revokes an invitation; roles that it has given stay. If it does not exist, does nothing.
   * @throws {Refusal} `forbidden` unless the actor is an owner.
   */
  async revoke(actor: Visitor, id: string): Promise<void> {
    await requireRole(this.visitors, actor, 'owner');
    const audit = auditEntry(actor.id, 'revoke_invitation', id, {});
    if ((await this.store.revokeInvitation(id, audit, [[actor.id, 'owner']])) === 'roles_changed')
      throw forbidden('owner');
  }

  /** Returns the invitation of a secret. @throws {Refusal} `not_found` if there is no valid one. */
  async find(secret: string): Promise<Invitation> {
    const invitation = await this.store.invitationOf(hashOf(secret));
    if (!invitation || !isUsable(invitation)) throw linkExpired();
    return invitation;
  }

  /**
   * Accepts an invitation: gives a visitor its role. A visitor with that role already does not use it, so a repeated
   * click is not an error.
   * @throws {Refusal} `banned`, or `not_found` if there is no valid invitation.
   */
  async redeem(visitor: Visitor, secret: string): Promise<void> {
    await this.access.checkBan(visitor);
    const hash = hashOf(secret);
    for (;;) {
      const invitation = await this.store.invitationOf(hash);
      const { role } = await this.visitors.profileById(visitor.id);
      if (invitation && isAtLeast(role, invitation.role)) return;
      if (!invitation || !isUsable(invitation)) throw linkExpired();
      const audit = auditEntry(visitor.id, 'redeem_invitation', invitation.id, { role: invitation.role });
      // If the invitation or the role has changed in the meantime, check again.
      if ((await this.store.redeem(invitation.id, audit, [[visitor.id, role]])) === 'done') return;
    }
  }
}

/**
 * Creates the owner's link, which gives the role of an owner, unless there is a valid one or one was used.
 * @param renew creates it in any case, and expires the last one: for an operator who has lost the link or the account.
 * @returns its secret, if it was created.
 */
export async function createOwnersLink(
  store: Pick<InvitationStore, 'addOwnersLink'>,
  renew = false,
): Promise<string | undefined> {
  const { invitation, secret } = newInvitation('', { role: 'owner', uses: 1, hours: OWNERS_LINK_HOURS });
  const outcome = await store.addOwnersLink(invitation, hashOf(secret), auditOf(invitation), renew);
  return outcome === 'done' ? secret : undefined;
}

/** Returns what to tell an operator of an owner's link. @param address that of the server. */
export function describeOwnersLink(address: string, secret: string): string {
  return `Open this link within ${OWNERS_LINK_HOURS} hours to become the owner: ${address}/invite#${secret}`;
}

function newInvitation(
  actor: string,
  { role, uses, hours }: InvitationDraft,
): { invitation: Invitation; secret: string } {
  const at = Date.now();
  const until = Math.min(at + hours * HOUR, FOREVER);
  return { invitation: { id: newId(), role, uses, used: 0, until, visitor: actor, at }, secret: newSecret() };
}

function auditOf({ id, role, uses, visitor }: Invitation): NewAuditEntry {
  return auditEntry(visitor, 'invite', id, { role, uses });
}

function isUsable({ used, uses, until }: Invitation): boolean {
  return used < uses && until > Date.now();
}

function linkExpired(): Refusal {
  return new Refusal('not_found', 'invitationGone');
}
