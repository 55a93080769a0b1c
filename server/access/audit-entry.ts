import type { AuditAction, AuditDetails, AuditedAction } from '../wire';

/** An audit entry that is not stored yet: it is committed together with the change that it records. */
export type NewAuditEntry = AuditedAction & {
  /** In ms since 1970. */
  at: number;
  /** Who did it; empty where the server did. */
  visitor: string;
};

/** An entry of the audit log. */
export type AuditEntry = NewAuditEntry & {
  /** Grows with each entry; the store assigns it. */
  id: number;
};

/** Returns an audit entry of something that a visitor does now. */
export function auditEntry<Action extends AuditAction>(
  visitor: string,
  action: Action,
  target: string,
  details: AuditDetails[Action],
): NewAuditEntry {
  return { at: Date.now(), visitor, action, target, details } as NewAuditEntry;
}
