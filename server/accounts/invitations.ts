import { FOREVER, type AccessControl } from '../access/access-control';
import { isAtLeast, requireRole, forbidden } from '../access/role';
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

/** Where links are kept: never with their secret. */
export interface InvitationStore {
  /** @returns whether its maker is still an owner; else nothing is changed. */
  addInvitation(invitation: Invitation, hash: string): Promise<boolean>;
  /** Adds a link that the server itself makes, and expires those that it made before and that were not used. */
  replaceOwnersLink(invitation: Invitation, hash: string): Promise<void>;
  invitationOf(hash: string): Promise<Invitation | undefined>;
  invitations(): Promise<Invitation[]>;
  /** @returns whether `by` is still an owner; else nothing is changed. */
  revokeInvitation(id: string, by: string): Promise<boolean>;
  /**
   * Uses a link once: gives somebody its role.
   * @param role the one that they have.
   * @returns whether the link could still be used, and they still had that role; else nothing is changed.
   */
  redeem(id: string, visitor: string, role: Role): Promise<boolean>;
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
    await this.store.replaceOwnersLink(invitation, hashOf(secret));
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
    if (!(await this.store.addInvitation(invitation, hashOf(secret)))) throw forbidden('owner');
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
    if (!(await this.store.revokeInvitation(id, by.id))) throw forbidden('owner');
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
      if (await this.store.redeem(invitation.id, visitor.id, role)) return;
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

function isUsable({ used, uses, until }: Invitation): boolean {
  return used < uses && until > Date.now();
}

function linkExpired(): Refusal {
  return new Refusal('not_found', 'This link is not valid any more. Ask for another.');
}
