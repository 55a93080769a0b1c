import { randomBytes } from 'node:crypto';
import { isPrivate } from '../access/room-access';

/** The longest name that is made from a title, in characters: there is room for what tells it from others. */
const LENGTH_MAX = 34;
/** How many names are tried for one title. */
const TRIES = 4;

/** Yields names for a public room. @param name the only one, if it is given; otherwise they are made from the title. */
export function* namesOf(name: string | undefined, title: string): Generator<string> {
  if (name !== undefined) {
    yield name;
    return;
  }
  const words = title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  const base = words?.join('-').slice(0, LENGTH_MAX).replace(/-$/, '') ?? 'room';
  if (words && !isPrivate(base)) yield base;
  for (let tries = 1; tries < TRIES; tries += 1) yield `${base}-${randomBytes(2).toString('hex')}`;
}
