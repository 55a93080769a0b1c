import type { Profile, Visitor } from '../identity/visitor';
import type { Visitors } from '../identity/visitors';
import { Refusal } from '../refusal';
import type { Role } from '../wire';

/** The roles in ascending order: each includes the rights of those before it. */
export const ROLES = ['guest', 'member', 'moderator', 'owner'] as const satisfies readonly Role[];

/** The roles that a change relies on: its transaction commits only if the visitors still have them. */
export type ExpectedRoles = readonly (readonly [visitor: string, role: Role])[];

/** Returns whether a role includes the rights of another. */
export function isAtLeast(role: Role, required: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(required);
}

/** Returns the profile of a visitor, which must have a role. @throws {Refusal} `forbidden` */
export async function requireRole(
  visitors: Visitors,
  actor: Visitor,
  required: 'moderator' | 'owner',
): Promise<Profile> {
  const profile = await visitors.profileOf(actor);
  if (isAtLeast(profile.role, required)) return profile;
  throw forbidden(required);
}

/** Returns the error for visitors without a role. */
export function forbidden(required: 'moderator' | 'owner'): Refusal {
  return new Refusal('forbidden', required === 'owner' ? 'ownerRequired' : 'moderatorRequired');
}
