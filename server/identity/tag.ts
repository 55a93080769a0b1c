/*
 * The page uses this file as well, built for browsers: it imports nothing.
 */

/** The name of visitors without a name of their own. */
export const ANONYMOUS = 'Anonymous';

interface Named {
  visitor: string;
  username: string;
}

/** Returns a short tag that distinguishes visitors without a name; an empty text for others. */
export function tagOf({ visitor, username }: Named): string {
  if (username !== ANONYMOUS) return '';
  return visitor
    .replace(/[^a-z0-9]/gi, '')
    .slice(0, 4)
    .toLowerCase();
}

/** Returns the name to use in a sentence: with the tag, if there is one. */
export function displayName(person: Named): string {
  return [person.username, tagOf(person)].filter(Boolean).join(' ');
}
