import type { NewAuditEntry } from '../../access/audit-entry';
import type { ChangeAccess } from '../../access/control-channel';
import type { ExpectedRoles } from '../../access/role';
import type { SessionLimits } from '../../accounts/account-store';
import type { NewCredential } from '../../accounts/credential';
import { ANONYMOUS } from '../../identity/appearance';
import type { Guard, Statement } from './database';

/** Inserts a visitor if it is missing, so that there is a row to change. @param at in ms since 1970. */
export function ensureVisitor(visitor: string, at: number): Statement {
  return [
    `INSERT INTO visitors (id, username, seen) VALUES (?, '${ANONYMOUS}', ?) ON CONFLICT (id) DO NOTHING`,
    visitor,
    at,
  ];
}

/** Returns the change that makes every process recheck the access of a visitor. */
export function accessOf(visitor: string): ChangeAccess {
  return { type: 'change_access', visitor };
}

/** Clamps a number to the integers of both databases: they have no infinity. */
export function toInteger(value: number): number {
  return Math.min(value, Number.MAX_SAFE_INTEGER);
}

/** Requires that visitors still have the roles that allow a change. */
export function expectRoles(roles: ExpectedRoles): Guard<'roles_changed'> {
  const role = "coalesce((SELECT role FROM visitors WHERE id = ?), 'guest') = ?";
  const all = ['TRUE', ...roles.map(() => role)].join(' AND ');
  return ['roles_changed', [`SELECT 1 WHERE ${all}`, ...roles.flat()]];
}

/** Requires that a visitor has a name to sign in to. */
export function expectName(visitor: string): Guard<'name_missing'> {
  return ['name_missing', ['SELECT 1 FROM visitors WHERE id = ? AND skeleton IS NOT NULL', visitor]];
}

/** Inserts an audit entry. */
export function insertAuditEntry({ at, visitor, action, target, details }: NewAuditEntry): Statement {
  return [
    'INSERT INTO audit (at, visitor, action, target, details) VALUES (?, ?, ?, ?, ?)',
    at,
    visitor,
    action,
    target,
    JSON.stringify(details),
  ];
}

/** Inserts a session or token. */
export function insertCredential(
  visitor: string,
  { id, kind, hash, label, at, used }: NewCredential,
): Statement {
  return [
    'INSERT INTO credentials (id, kind, hash, visitor, label, at, used) VALUES (?, ?, ?, ?, ?, ?, ?)',
    id,
    kind,
    hash,
    visitor,
    label,
    at,
    used,
  ];
}

/** Inserts a session. Deletes those of its visitor that have expired, and the least recently used beyond the limit. */
export function insertSession(
  { max, expiredBefore }: SessionLimits,
  visitor: string,
  session: NewCredential,
): Statement[] {
  const newest = `SELECT id FROM credentials WHERE visitor = ? AND kind = 'session' ORDER BY used DESC, at DESC LIMIT ?`;
  return [
    deleteCredentials("visitor = ? AND kind = 'session' AND used < ?", visitor, expiredBefore),
    // Before the new one is inserted: it may be as old as others, to the millisecond.
    deleteCredentials(
      `visitor = ? AND kind = 'session' AND id NOT IN (${newest})`,
      visitor,
      visitor,
      max - 1,
    ),
    insertCredential(visitor, session),
  ];
}

/** Deletes the credentials that meet a condition. */
export function deleteCredentials(condition: string, ...values: (string | number)[]): Statement {
  return [`DELETE FROM credentials WHERE ${condition}`, ...values];
}
