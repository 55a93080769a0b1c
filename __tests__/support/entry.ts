import type { Entry } from '../../server/wire';

/** What a message says, or what else an entry is. */
export function textOf(entry: Entry): string {
  return entry.type === 'new_message' ? entry.message : entry.type;
}
