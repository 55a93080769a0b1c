import type { Entry } from '../../server/wire';

/** Returns the text of a message, or the type of another entry. */
export function textOf(entry: Entry): string {
  return entry.type === 'new_message' ? entry.message : entry.type;
}
