import { randomUUID } from 'node:crypto';
import { auditEntry } from '../access/audit-entry';
import type { AuthorizedLog } from '../access/authorized-log';
import type { ExpectedRoles } from '../access/role';
import { isPrivate, type AuthorizedRoom, type RoomAccess } from '../access/room-access';
import { erasureOf } from '../entry-kinds';
import type { Visitor } from '../identity/visitor';
import type { Visitors } from '../identity/visitors';
import { erased, isErased } from '../log/entry';
import type { Draft } from '../log/store';
import { Refusal } from '../refusal';
import type { Entry } from '../wire';
import { commitWithRoles, privilegeOver } from './privileges';
import type { RoomStore } from './room-store';

/**
 * Deletes messages: visitors can delete their own. Those of others are deleted by moderators in public rooms, and by the
 * room's creator in private ones.
 */
export class Deletions {
  constructor(
    private readonly log: AuthorizedLog,
    private readonly access: RoomAccess,
    private readonly rooms: Pick<RoomStore, 'detailsOf'>,
    private readonly visitors: Visitors,
  ) {}

  /**
   * Deletes a message. If it is deleted already, does nothing.
   * @param name the room's.
   * @throws {Refusal} `forbidden`, or `not_found` if there is no such room or message.
   */
  async delete(actor: Visitor, name: string, id: string): Promise<void> {
    const room = await this.access.authorize(actor, name);
    const entry = await this.log.find(room, id);
    if (!entry || !(isErased(entry.type) || erased(entry))) throw new Refusal('not_found', 'messageMissing');
    const check = () => this.privilegeToDelete(actor, room, entry);
    if (isErased(entry.type)) return void (await check());
    const { username } = await this.visitors.profileOf(actor);
    const deletion = { ...erasureOf(id), room, id: randomUUID(), visitor: actor.id, username };
    const audit = auditEntry(actor.id, 'delete_message', id, { room, username: entry.username });
    await commitWithRoles(check, (roles) =>
      // The audit log would reveal a private room.
      this.commit(isPrivate(room) ? deletion : { ...deletion, requires: { roles, audit } }),
    );
  }

  /** Returns the roles that permit to delete an entry: none in a private room. @throws {Refusal} `forbidden` */
  private async privilegeToDelete(
    actor: Visitor,
    room: AuthorizedRoom,
    { visitor }: Entry,
  ): Promise<ExpectedRoles> {
    if (visitor === actor.id) return [];
    if (!isPrivate(room)) return privilegeOver(this.visitors, actor, visitor);
    if ((await this.rooms.detailsOf(room))?.creator === actor.id) return [];
    throw new Refusal('forbidden', 'deletionInPrivateRoom');
  }

  private async commit(deletion: Draft & { room: AuthorizedRoom }): Promise<'done' | 'roles_changed'> {
    const error = await this.log.append(deletion).then(() => undefined, refusalOf);
    // The message existed before: if it is not found now, a concurrent request has deleted it.
    if (error && error.code !== 'not_found' && error.code !== 'conflict') throw error;
    return error?.code === 'conflict' ? 'roles_changed' : 'done';
  }
}

/** Returns a refusal, and throws any other error. */
function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  throw error;
}
