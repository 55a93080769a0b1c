import type { AuditedAction } from '../log/audited-action';
import type { Role } from '../wire';

/**
 * Returns an audited action as the predicate of a sentence whose subject is the actor: “muted Masha for 10 minutes”. An
 * action of a newer version of Parley, in whose database this one runs, is described by its name.
 * @param nameOf returns the name of a visitor.
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
      return `made ${nameOf(target)} ${WITH_ARTICLE[details.role]}`;
    case 'set_room': {
      const slow = details.slow > 0 ? `one message every ${details.slow} s` : 'no slow mode';
      return `changed #${target}: ${details.locked ? 'locked' : 'open'}, ${slow}`;
    }
    case 'invite': {
      const invited = details.uses === 1 ? WITH_ARTICLE[details.role] : `${details.uses} ${details.role}s`;
      return `created an invitation link for ${invited}`;
    }
    case 'revoke_invitation':
      return 'revoked an invitation link';
    case 'redeem_invitation':
      return `joined through an invitation link, as ${WITH_ARTICLE[details.role]}`;
    default: {
      const name: string = action satisfies never;
      return `performed an action that this version of Parley does not know (${name})`;
    }
  }
}

const WITH_ARTICLE: Record<Role, string> = {
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

/** @param minutes undefined if permanent. */
function duration(minutes: number | undefined): string {
  if (minutes === undefined) return 'permanently';
  const [size, unit] = UNITS.find(([size]) => minutes % size === 0)!;
  const count = minutes / size;
  return `for ${count} ${unit}${count === 1 ? '' : 's'}`;
}
