import { isAtLeast, requireRole, type ExpectedRoles } from '../access/role';
import type { Visitor } from '../identity/visitor';
import type { Visitors } from '../identity/visitors';
import { Refusal } from '../refusal';
import type { Outcome } from './moderation-store';

/** Returns the role that permits an action. @throws {Refusal} `forbidden` */
export async function privilegeOf(
  visitors: Visitors,
  actor: Visitor,
  required: 'moderator' | 'owner',
): Promise<ExpectedRoles> {
  return [[actor.id, (await requireRole(visitors, actor, required)).role]];
}

/**
 * Returns the roles that permit an action against a visitor: moderators may act against members and guests, owners
 * against all but owners.
 * @throws {Refusal} `forbidden`
 */
export async function privilegeOver(
  visitors: Visitors,
  actor: Visitor,
  visitor: string,
): Promise<ExpectedRoles> {
  const { role } = await requireRole(visitors, actor, 'moderator');
  const other = await visitors.profileById(visitor);
  if (isAtLeast(other.role, role)) throw new Refusal('forbidden', ['outranked', other.username]);
  return [
    [actor.id, role],
    [visitor, other.role],
  ];
}

/**
 * Commits a change that relies on roles. If they change before it is committed, the privileges are checked again.
 * @param check returns the roles that permit the change, or throws a {@link Refusal}.
 * @param commit commits the change, unless the roles have changed.
 */
export async function commitWithRoles(
  check: () => Promise<ExpectedRoles>,
  commit: (roles: ExpectedRoles) => Promise<Outcome>,
): Promise<void> {
  while ((await commit(await check())) !== 'done');
}
