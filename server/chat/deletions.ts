import { randomUUID } from 'node:crypto';
import { auditEntry } from '../access/audit-entry';
import type { ExpectedRoles } from '../access/role';
import { erasureOf } from '../entry-kinds';
import type { Visitor } from '../identity/visitor';
import type { Visitors } from '../identity/visitors';
import { erased, isErased } from '../log/entry';
import type { Log } from '../log/log';
import { Refusal } from '../refusal';
import { commitWithRoles, privilegeOver } from './privileges';

/** Deletes messages: visitors can delete their own, moderators also those of others. */
export class Deletions {
  constructor(
    private readonly log: Log,
    private readonly visitors: Visitors,
  ) {}

  /**
   * Deletes a message. If it is deleted already, does nothing.
   * @throws {Refusal} `forbidden`, or `not_found` if there is no such message.
   */
  async delete(actor: Visitor, room: string, id: string): Promise<void> {
    const entry = await this.log.find(room, id);
    if (!entry || !(isErased(entry.type) || erased(entry))) throw new Refusal('not_found', 'messageMissing');
    const check = async (): Promise<ExpectedRoles> =>
      entry.visitor === actor.id ? [] : privilegeOver(this.visitors, actor, entry.visitor);
    if (isErased(entry.type)) return void (await check());
    const { username } = await this.visitors.profileOf(actor);
    const deletion = { ...erasureOf(id), room, id: randomUUID(), visitor: actor.id, username };
    const audit = auditEntry(actor.id, 'delete_message', id, { room, username: entry.username });
    await commitWithRoles(check, async (roles) => {
      const error = await this.log
        .append({ ...deletion, requires: { roles, audit } })
        .then(() => undefined, refusalOf);
      // The message existed above: if it is not found now, a concurrent request has deleted it.
      if (error && error.code !== 'not_found' && error.code !== 'conflict') throw error;
      return error?.code === 'conflict' ? 'roles_changed' : 'done';
    });
  }
}

/** Returns a refusal, and throws any other error. */
function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  throw error;
}
