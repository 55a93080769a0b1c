import type { Person } from '../../server/wire.js';
import { serverConstants } from '../browser/server-constants.js';

/** Returns the tag that tells visitors without a name apart: the beginning of their id. Empty for all others. */
export function tagOf({ visitor, username }: Person): string {
  // As in server/identity/name.ts, for the first paint.
  if (username !== serverConstants().anonymous) return '';
  return visitor
    .replace(/[^a-z0-9]/gi, '')
    .slice(0, 4)
    .toLowerCase();
}

/** Returns the name to use in a sentence: with the tag, if there is one. */
export function displayName(person: Person): string {
  return [person.username, tagOf(person)].filter(Boolean).join(' ');
}
