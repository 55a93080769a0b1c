import type { AuditedAction } from '../log/audited-action';
import type { Sentence } from '../words/sentence';

/**
 * Returns an audited action as the predicate of a sentence whose subject is the actor: “muted Masha for 10 minutes”. An
 * action of a newer version of Parley, in whose database this one runs, is described by its name.
 * @param nameOf returns the name of a visitor.
 */
export function describeAction(
  { action, target, details }: AuditedAction,
  nameOf: (visitor: string) => string,
): Sentence {
  switch (action) {
    case 'delete_message':
      return ['auditDelete', details.room, details.username];
    case 'mute':
      return ['auditMute', nameOf(target), details.minutes];
    case 'unmute':
      return ['auditUnmute', nameOf(target)];
    case 'ban':
      return ['auditBan', nameOf(target), details.minutes, details.addresses];
    case 'unban':
      return ['auditUnban', nameOf(target)];
    case 'set_role':
      return ['auditRole', nameOf(target), details.role];
    case 'set_room':
      return ['auditRoom', target, details.locked, details.slow];
    case 'edit_room':
      return ['auditEditRoom', target, details.title, details.topic, details.archived];
    case 'invite':
      return ['auditInvite', details.role, details.uses];
    case 'revoke_invitation':
      return 'auditRevoke';
    case 'redeem_invitation':
      return ['auditRedeem', details.role];
    default:
      return ['auditUnknown', action satisfies never];
  }
}
