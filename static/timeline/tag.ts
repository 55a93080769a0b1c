import type { Person } from '../../server/wire.js';
import { serverConstants } from '../browser/server-constants.js';

/** What tells apart those who have not chosen a name: the beginning of their id. All others need none. */
export function tagOf({ visitor, username }: Person): string {
  // The server computes the same for the first paint: server/identity/name.ts.
  if (username !== serverConstants().anonymous) return '';
  return visitor
    .replace(/[^a-z0-9]/gi, '')
    .slice(0, 4)
    .toLowerCase();
}

/** Somebody's name as it stands in a sentence. */
export function displayName(person: Person): string {
  return [person.username, tagOf(person)].filter(Boolean).join(' ');
}
