import type { Role, RoomRules } from '../wire';

/*
 * The actions of the audit log, as they are stored and as `GET /audit` returns them. The log declares them because the
 * deletion of a message is committed together with its audit entry.
 */

/** The details of each action in the audit log; `minutes` is missing if it is permanent. */
export interface AuditDetails {
  delete_message: { room: string; username: string };
  mute: { minutes?: number | undefined };
  unmute: Record<string, never>;
  ban: { minutes?: number | undefined; addresses: readonly string[] };
  unban: Record<string, never>;
  set_role: { role: Role };
  set_room: RoomRules;
  edit_room: { title: string; topic: string; archived: boolean };
  invite: { role: Role; uses: number };
  revoke_invitation: Record<string, never>;
  redeem_invitation: { role: Role };
}

/** The actions that the audit log records. */
export type AuditAction = keyof AuditDetails;

/** An action in the audit log; `target` is a visitor, room, message or invitation. */
export type AuditedAction = {
  [Action in AuditAction]: { action: Action; target: string; details: AuditDetails[Action] };
}[AuditAction];
