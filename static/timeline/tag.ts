import type { Person } from '../../server/wire.js';

/** What tells apart those who have not chosen a name: the beginning of their id. All others need none. */
export function tagOf({ visitor, username }: Person): string {
  // As in views/partials/tag.ejs.
  if (username !== 'Anonymous') return '';
  return visitor
    .replace(/[^a-z0-9]/gi, '')
    .slice(0, 4)
    .toLowerCase();
}

/** Somebody's name as it stands in a sentence. */
export function displayName(person: Person): string {
  return [person.username, tagOf(person)].filter(Boolean).join(' ');
}
