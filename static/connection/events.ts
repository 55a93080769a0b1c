import type { Entry, Ephemeral, Reset, ServerEvents, Start } from '../../server/wire.js';

/** Everything that a room sends, on every transport. */
export type ServerEvent = Start | Entry | Reset | Ephemeral;

/** The names of the events that are no entries. */
export const eventNames = [
  'reset',
  'presence',
  'typing',
  'change_username',
  'change_room',
  'new_contact',
  'remove_contact',
] as const satisfies readonly (keyof ServerEvents)[];

/** Whether an event is an entry of the log, of a known kind or not: nothing else is numbered. */
export function isEntry(event: ServerEvent): event is Entry {
  return 'seq' in event;
}
