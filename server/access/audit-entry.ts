import type { AuditAction, AuditDetails, AuditedAction } from '../log/audited-action';

/** An audit entry to store: it is committed together with the change that it records. */
export type NewAuditEntry = AuditedAction & {
  /** In ms since 1970. */
  at: number;
  /** The actor; empty for the server itself. */
  visitor: string;
};

/** An entry of the audit log. */
export type AuditEntry = NewAuditEntry & {
  /** Grows with each entry; the store assigns it. */
  id: number;
};

/** Returns an audit entry for an action that takes place now. @param actor a visitor's id. */
export function auditEntry<Action extends AuditAction>(
  actor: string,
  action: Action,
  target: string,
  details: AuditDetails[Action],
): NewAuditEntry {
  return { at: Date.now(), visitor: actor, action, target, details } as NewAuditEntry;
}
