import type { Profile, Visitor } from '../identity/visitor';
import type { Visitors } from '../identity/visitors';
import { Refusal } from '../refusal';
import type { Role } from '../wire';

/** The roles in order: each may do what those before it may. */
export const ROLES = ['guest', 'member', 'moderator', 'owner'] as const satisfies readonly Role[];

/** The roles of visitors that a decision is based on; it is carried out in one transaction, and only if they still have them. */
export type ExpectedRoles = readonly (readonly [visitor: string, role: Role])[];

/** Whether a role may do what another may. */
export function isAtLeast(role: Role, least: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least);
}

/** What is known of somebody who may do what a role may. @throws {Refusal} 403 if they may not. */
export async function requireRole(
  visitors: Visitors,
  by: Visitor,
  least: 'moderator' | 'owner',
): Promise<Profile> {
  const profile = await visitors.profileOf(by);
  if (isAtLeast(profile.role, least)) return profile;
  throw forbidden(least);
}

/** What somebody is refused with who has a lesser role. */
export function forbidden(least: 'moderator' | 'owner'): Refusal {
  return new Refusal('forbidden', `Only ${least === 'owner' ? 'an owner' : 'a moderator'} may do that.`);
}
