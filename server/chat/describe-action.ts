import type { AuditedAction, Role } from '../wire';

/**
 * Returns what was done, to follow the name of who did it: “muted Masha for 10 minutes”.
 * @param nameOf returns what a visitor is called.
 */
export function describeAction(
  { action, target, details }: AuditedAction,
  nameOf: (visitor: string) => string,
): string {
  switch (action) {
    case 'delete_message':
      return `deleted a message (#${details.room}, ${details.username})`;
    case 'mute':
      return `muted ${nameOf(target)} ${duration(details.minutes)}`;
    case 'unmute':
      return `unmuted ${nameOf(target)}`;
    case 'ban':
      return [
        `banned ${nameOf(target)} ${duration(details.minutes)}`,
        ...(details.addresses.length > 0 ? [`and ${details.addresses.join(', ')}`] : []),
      ].join(', ');
    case 'unban':
      return `unbanned ${nameOf(target)}`;
    case 'set_role':
      return `made ${nameOf(target)} ${ONE[details.role]}`;
    case 'set_room': {
      const slow = details.slow > 0 ? `one message every ${details.slow} s` : 'no slow mode';
      return `changed #${target}: ${details.locked ? 'locked' : 'open'}, ${slow}`;
    }
    case 'invite': {
      const whom = details.uses === 1 ? ONE[details.role] : `${details.uses} ${details.role}s`;
      return `created an invitation link for ${whom}`;
    }
    case 'revoke_invitation':
      return 'revoked an invitation link';
    case 'redeem_invitation':
      return `joined through an invitation link, as ${ONE[details.role]}`;
  }
}

const ONE: Record<Role, string> = {
  guest: 'a guest',
  member: 'a member',
  moderator: 'a moderator',
  owner: 'an owner',
};

const UNITS = [
  [24 * 60, 'day'],
  [60, 'hour'],
  [1, 'minute'],
] as const;

/** @param minutes nothing where it is permanent. */
function duration(minutes: number | undefined): string {
  if (minutes === undefined) return 'permanently';
  const [size, unit] = UNITS.find(([size]) => minutes % size === 0)!;
  const count = minutes / size;
  return `for ${count} ${unit}${count === 1 ? '' : 's'}`;
}
