import type { Entry, Ephemeral, Reset, ServerEvents } from '../../server/wire.js';

/** All that a room tells, on every transport. */
export type ServerEvent = Entry | Reset | Ephemeral;

/** The names it is told under. */
export const eventNames = [
  'new_message',
  'deleted_message',
  'delete_message',
  'reset',
  'presence',
  'typing',
  'change_username',
  'change_room',
  'new_contact',
  'remove_contact',
] as const satisfies readonly (keyof ServerEvents)[];
