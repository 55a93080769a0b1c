import { FOR_GOOD } from './door';
import { Refusal } from './refusal';
import { atLeast, need } from './role';
import { hashOf, newId, newSecret } from './secret';
import type { Visitor, Visitors } from './visitor';
import type { Role } from './wire';

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
  addInvitation(invitation: Invitation, hash: string): Promise<void>;
  invitationOf(hash: string): Promise<Invitation | undefined>;
  invitations(): Promise<Invitation[]>;
  revokeInvitation(id: string, by: string): Promise<void>;
  /**
   * Uses a link once: gives somebody its role.
   * @returns whether it could still be used.
   */
  redeem(id: string, visitor: string): Promise<boolean>;
}

/** What a link is to be. */
export interface Inviting {
  role: Invitation['role'];
  uses: number;
  hours: number;
}

const HOUR = 60 * 60 * 1_000;

/** The links that owners hand out. */
export class Invitations {
  constructor(
    private readonly store: InvitationStore,
    private readonly visitors: Visitors,
  ) {}

  /**
   * The secret of an owner's link, for a server that never had one.
   * @param anew makes one in any case: for who has lost the last.
   */
  async ownersLink(anew = false): Promise<string | undefined> {
    const made = (await this.store.invitations()).some(({ role, visitor }) => role === 'owner' && !visitor);
    if (made && !anew) return undefined;
    return (await this.add('', { role: 'owner', uses: 1, hours: Infinity })).secret;
  }

  /**
   * Makes a link.
   * @returns its secret, which is told this once.
   * @throws {Refusal} 403 unless an owner asks.
   */
  async make(by: Visitor, inviting: Inviting): Promise<{ invitation: Invitation; secret: string }> {
    await need(this.visitors, by, 'owner');
    return this.add(by.id, inviting);
  }

  /** All links that were made, the newest first. @throws {Refusal} 403 unless an owner asks. */
  async list(by: Visitor): Promise<Invitation[]> {
    await need(this.visitors, by, 'owner');
    return this.store.invitations();
  }

  /** Makes a link useless; who has come in by it stays. @throws {Refusal} 403 unless an owner asks. */
  async revoke(by: Visitor, id: string): Promise<void> {
    await need(this.visitors, by, 'owner');
    await this.store.revokeInvitation(id, by.id);
  }

  /** The link of a secret. @throws {Refusal} 404 if there is none, or it can't be used any more. */
  async find(secret: string): Promise<Invitation> {
    const invitation = await this.store.invitationOf(hashOf(secret));
    if (!invitation || invitation.used >= invitation.uses || invitation.until <= Date.now()) throw gone();
    return invitation;
  }

  /**
   * Lets somebody in by a link; who may do as much already does not use it up.
   * @throws {Refusal} 404 if there is none, or it can't be used any more.
   */
  async redeem(visitor: Visitor, secret: string): Promise<void> {
    const { id, role } = await this.find(secret);
    if (atLeast((await this.visitors.known(visitor.id)).role, role)) return;
    if (!(await this.store.redeem(id, visitor.id))) throw gone();
  }

  private async add(
    by: string,
    { role, uses, hours }: Inviting,
  ): Promise<{ invitation: Invitation; secret: string }> {
    const secret = newSecret();
    const at = Date.now();
    const until = Math.min(at + hours * HOUR, FOR_GOOD);
    const invitation: Invitation = { id: newId(), role, uses, used: 0, until, visitor: by, at };
    await this.store.addInvitation(invitation, hashOf(secret));
    return { invitation, secret };
  }
}

function gone(): Refusal {
  return new Refusal(404, 'This link is not valid any more. Ask for another.');
}
