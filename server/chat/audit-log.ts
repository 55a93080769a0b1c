import type { AuditEntry } from '../access/audit-entry';
import { requireRole } from '../access/role';
import { displayName } from '../identity/appearance';
import type { Visitor } from '../identity/visitor';
import type { Visitors } from '../identity/visitors';
import { describeAction } from './describe-action';
import type { Language } from '../words/language';
import { inLanguage } from '../words/sentence';
import { VIEW_WORDS } from '../words/views';
import type { ModerationStore } from './moderation-store';

/** An audit entry in words, for the moderation page. */
export interface DescribedAuditEntry {
  /** In ms since 1970. */
  at: number;
  /** The actor's name. */
  actor: string;
  /** A predicate, such as “muted Masha for 10 minutes”. */
  action: string;
}

/** Reads the audit log, and describes its entries to owners. */
export class AuditLog {
  constructor(
    private readonly store: ModerationStore,
    private readonly visitors: Visitors,
  ) {}

  /**
   * Returns audit entries, the newest first.
   * @param before the id of an entry: only older entries are returned.
   * @throws {Refusal} `forbidden` unless the actor is an owner.
   */
  async read(actor: Visitor, before: number, limit: number): Promise<AuditEntry[]> {
    await requireRole(this.visitors, actor, 'owner');
    return this.store.auditLog(before, limit);
  }

  /** Describes audit entries in a language, with the current names of visitors. */
  async describe(entries: readonly AuditEntry[], language: Language): Promise<DescribedAuditEntry[]> {
    const { anonymous } = VIEW_WORDS[language];
    const ids = new Set(entries.flatMap(({ visitor, target }) => [visitor, target]));
    const entriesOfNames = [...ids].map(async (visitor): Promise<[string, string]> => {
      const { username } = await this.visitors.profileById(visitor);
      return [visitor, displayName({ visitor, username }, anonymous)];
    });
    const names = new Map(await Promise.all(entriesOfNames));
    return entries.map((entry) => ({
      at: entry.at,
      actor: entry.visitor ? names.get(entry.visitor)! : inLanguage('auditServer', language),
      action: inLanguage(
        describeAction(entry, (visitor) => names.get(visitor)!),
        language,
      ),
    }));
  }
}
