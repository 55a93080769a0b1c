/*
 * How visitors appear, in the first paint and on the page: it uses this file as well, built for browsers. So this file
 * imports nothing.
 */

/** The name of visitors without a name of their own, on the wire and in the database; see {@link shownName}. */
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

/** Returns a name as people see it. @param anonymous the word for visitors without a name, in the reader's language. */
export function shownName(username: string, anonymous: string): string {
  return username === ANONYMOUS ? anonymous : username;
}

/** Returns the name to use in a sentence: with the tag, if there is one. See {@link shownName}. */
export function displayName(person: Named, anonymous: string): string {
  return [shownName(person.username, anonymous), tagOf(person)].filter(Boolean).join(' ');
}

/** The number of colours of avatars; style sheets define them. */
const TONES = 8;

/** Returns the number of the colour of a visitor's avatar, from 0. It depends on the id alone. */
export function toneOf(visitor: string): number {
  return Array.from(visitor).reduce((sum, character) => sum + character.charCodeAt(0), 0) % TONES;
}

/** Returns the initial of a name, for an avatar. */
export function initialOf(username: string): string {
  return Array.from(username)[0]?.toUpperCase() ?? '';
}
