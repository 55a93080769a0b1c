import type { NewAuditEntry } from '../../access/audit-entry';
import type { ExpectedRoles } from '../../access/role';
import { ANONYMOUS } from '../../identity/name';
import type { Guard, Statement } from './writer';

/** Inserts a visitor if it is missing, so that there is a row to change. @param at in ms since 1970. */
export function ensureVisitor(visitor: string, at: number): Statement {
  return [`INSERT OR IGNORE INTO visitors (id, username, seen) VALUES (?, '${ANONYMOUS}', ?)`, visitor, at];
}

/** Requires that visitors still have the roles that allow a change. */
export function expectRoles(roles: ExpectedRoles): Guard<'roles_changed'> {
  const role = "coalesce((SELECT role FROM visitors WHERE id = ?), 'guest') = ?";
  const all = ['TRUE', ...roles.map(() => role)].join(' AND ');
  return ['roles_changed', [`SELECT 1 WHERE ${all}`, ...roles.flat()]];
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
