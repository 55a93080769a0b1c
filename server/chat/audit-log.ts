import type { AuditEntry } from '../access/audit-entry';
import { requireRole } from '../access/role';
import { tagOf } from '../identity/name';
import type { Visitor } from '../identity/visitor';
import type { Visitors } from '../identity/visitors';
import { describeAction } from './describe-action';
import type { ModerationStore } from './moderation-store';

/** An audit entry as people read it. */
export interface DescribedAuditEntry {
  /** In ms since 1970. */
  at: number;
  actor: string;
  action: string;
}

/** What moderators and owners have done, for owners to read. */
export class AuditLog {
  constructor(
    private readonly store: ModerationStore,
    private readonly visitors: Visitors,
  ) {}

  /**
   * Returns audit entries, the newest first.
   * @param before the id of an entry: those before it are returned.
   * @throws {Refusal} `forbidden` unless an owner asks.
   */
  async read(actor: Visitor, before: number, limit: number): Promise<AuditEntry[]> {
    await requireRole(this.visitors, actor, 'owner');
    return this.store.auditLog(before, limit);
  }

  /** Returns audit entries in words, with the names that people have now. */
  async describe(entries: readonly AuditEntry[]): Promise<DescribedAuditEntry[]> {
    const ids = new Set(entries.flatMap(({ visitor, target }) => [visitor, target]));
    const named = [...ids].map(async (visitor): Promise<[string, string]> => {
      const { username } = await this.visitors.profileById(visitor);
      return [visitor, [username, tagOf({ visitor, username })].filter(Boolean).join(' ')];
    });
    const names = new Map(await Promise.all(named));
    return entries.map((entry) => ({
      at: entry.at,
      actor: entry.visitor ? names.get(entry.visitor)! : 'The server',
      action: describeAction(entry, (visitor) => names.get(visitor)!),
    }));
  }
}
