import { isAtLeast, requireRole, type ExpectedRoles } from '../access/role';
import type { Visitor } from '../identity/visitor';
import type { Visitors } from '../identity/visitors';
import { Refusal } from '../refusal';
import type { Decision } from './moderation-store';

/** Returns the role by which a visitor may do something. @throws {Refusal} `forbidden` */
export async function privilegeOf(
  visitors: Visitors,
  actor: Visitor,
  least: 'moderator' | 'owner',
): Promise<ExpectedRoles> {
  return [[actor.id, (await requireRole(visitors, actor, least)).role]];
}

/**
 * Returns the roles by which a visitor may do something to another: moderators to members and guests, owners to all but
 * owners.
 * @throws {Refusal} `forbidden`
 */
export async function privilegeOver(
  visitors: Visitors,
  actor: Visitor,
  visitor: string,
): Promise<ExpectedRoles> {
  const { role } = await requireRole(visitors, actor, 'moderator');
  const other = await visitors.profileById(visitor);
  if (isAtLeast(other.role, role))
    throw new Refusal('forbidden', `You cannot do that to ${other.username}, whose role is not below yours.`);
  return [
    [actor.id, role],
    [visitor, other.role],
  ];
}

/**
 * Makes a change that needs privileges. If the roles change before it is committed, the privileges are checked again.
 * @param check returns the roles that allow the change, or throws a {@link Refusal}.
 * @param commit commits it, unless the roles have changed.
 */
export async function change(
  check: () => Promise<ExpectedRoles>,
  commit: (roles: ExpectedRoles) => Promise<Decision>,
): Promise<void> {
  while ((await commit(await check())) !== 'done');
}
