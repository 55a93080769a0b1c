import type { Profile, Visitor } from '../identity/visitor';
import type { Visitors } from '../identity/visitors';
import { Refusal } from '../refusal';
import type { Role } from '../wire';

/** The roles in order: each may do what those before it may. */
export const ROLES = ['guest', 'member', 'moderator', 'owner'] as const satisfies readonly Role[];

/** The roles that allow a change: it is committed only if the visitors still have them in its transaction. */
export type ExpectedRoles = readonly (readonly [visitor: string, role: Role])[];

/** Returns whether a role includes another. */
export function isAtLeast(role: Role, least: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least);
}

/** Returns the profile of a visitor with at least a role. @throws {Refusal} `forbidden` */
export async function requireRole(
  visitors: Visitors,
  by: Visitor,
  least: 'moderator' | 'owner',
): Promise<Profile> {
  const profile = await visitors.profileOf(by);
  if (isAtLeast(profile.role, least)) return profile;
  throw forbidden(least);
}

/** Returns the refusal of visitors without a role. */
export function forbidden(least: 'moderator' | 'owner'): Refusal {
  return new Refusal('forbidden', `Only ${least === 'owner' ? 'an owner' : 'a moderator'} may do that.`);
}
