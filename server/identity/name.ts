import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../refusal';
import type { Person } from '../wire';

/** The name of everybody who has not chosen one. */
export const ANONYMOUS = 'Anonymous';
/** The longest name, of a visitor or a contact, in characters (Unicode code points). */
export const NAME_MAX = 40;

/** Returns what tells visitors apart who have not chosen a name: the start of their id. All others need nothing. */
export function tagOf({ visitor, username }: Person): string {
  if (username !== ANONYMOUS) return '';
  // The page computes the same for messages as they come: static/timeline/tag.ts.
  return visitor
    .replace(/[^a-z0-9]/gi, '')
    .slice(0, 4)
    .toLowerCase();
}

/** What only the server, or those who run it, may speak as. */
const RESERVED = [
  'admin',
  'administrator',
  'all',
  'everyone',
  'here',
  'host',
  'moderator',
  'nobody',
  'owner',
  'parley',
  'root',
  'server',
  'staff',
  'support',
  'system',
  'you',
];

/**
 * What a part of a name is made of: letters, digits, marks and the signs of ASCII, without what the standard excepts
 * (IdentifierClass, RFC 8264, sections 4.2 and 9; RFC 8265, section 3.1).
 */
const IDENTIFIER =
  /^(?:(?![\u0640\u07fa\u302e\u302f\u3031-\u3035\u303b])(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{Mn}\p{Mc}\p{Nd}\x21-\x7e])+$/u;
/** Letters that were only ever parts of syllables (OldHangulJamo, RFC 8264, section 9.9). */
const OLD_HANGUL = /[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]/u;
/** Scripts that are written from right to left, and the letters of all others (the Bidi Rule, RFC 5893, section 2). */
const RIGHT_TO_LEFT =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Samaritan}\p{Script=Mandaic}\p{Script=Adlam}\p{Script=Hanifi_Rohingya}]/u;
const WELL_DIRECTED = new RegExp(
  `^(?=${RIGHT_TO_LEFT.source})(?:${RIGHT_TO_LEFT.source}|[\\p{M}\\p{Nd}\\x21-\\x40\\x5b-\\x60\\x7b-\\x7e])+$`,
  'u',
);
/** A colon at the end, or a letter that looks like it. */
const COLON = /[:\u02d0\ua4fd]$/;
/** How many nonspacing marks may follow each other: enough for pointed Hebrew and Tibetan, too few to cover a line. */
const MARKS_MAX = 3;
const STACKED_MARKS = new RegExp(`\\p{Mn}(?:\\p{Mc}*\\p{Mn}){${MARKS_MAX}}`, 'u');
const FULL_OR_HALF_WIDTH = /[\u3000\uff01-\uffee]/gu;

/**
 * Makes of a text the name it stands for, after RFC 8265's rules for usernames that keep their case (section 3.4), as
 * parts with single spaces between them (section 3.5).
 * @throws {Refusal} 400 if it is no name, or one that is kept for the server.
 */
export function checkName(text: string): string {
  const name = text
    .replace(FULL_OR_HALF_WIDTH, (character) => character.normalize('NFKC'))
    .normalize('NFC')
    // What phones type in place of it.
    .replaceAll('’', "'")
    .trim()
    .replace(/ +/g, ' ');
  if (!name) throw new Refusal('bad_request', 'The name is empty.');
  if ([...name].length > NAME_MAX)
    throw new Refusal('bad_request', `The name is over ${NAME_MAX} characters.`);
  for (const part of name.split(' ')) {
    if (!IDENTIFIER.test(part) || OLD_HANGUL.test(part) || part.normalize('NFKC') !== part) {
      throw new Refusal(
        'bad_request',
        'A name is made of letters, digits and signs such as "-", "_" and ".".',
      );
    }
    if (RIGHT_TO_LEFT.test(part) && !WELL_DIRECTED.test(part)) {
      throw new Refusal('bad_request', 'A name can not be written in both directions.');
    }
    // Where a line is `name: text`, it would end the name of somebody else.
    if (COLON.test(part)) throw new Refusal('bad_request', 'No word of a name can end in ":".');
    // It would combine with what stands before the name.
    if (/^\p{M}/u.test(part))
      throw new Refusal('bad_request', 'No word of a name can begin with a combining mark.');
  }
  // In lines of text, a "*" marks a notice of the server's.
  if (name.startsWith('*')) throw new Refusal('bad_request', 'A name can not begin with "*".');
  if (hasStackedMarks(name))
    throw new Refusal('bad_request', `A name can have at most ${MARKS_MAX} combining marks on one letter.`);
  const skeleton = skeletonOf(name);
  if (skeleton === skeletonOf(ANONYMOUS)) return ANONYMOUS;
  // Behind the name that everybody has, pages write what tells them apart.
  const borrowed = skeleton.startsWith(`${skeletonOf(ANONYMOUS)} `);
  if (borrowed || reserved.has(skeleton))
    throw new Refusal('bad_request', 'That name is kept for the server. Choose another.');
  return name;
}

/** Returns whether a text stacks so many marks on one letter that they would cover the lines around it. */
export function hasStackedMarks(text: string): boolean {
  return STACKED_MARKS.test(text.normalize('NFD'));
}

/**
 * What a name looks like: names of the same skeleton can be taken for each other. It is not for showing.
 * @see UTS #39, Unicode Security Mechanisms, section 4
 */
export function skeletonOf(name: string): string {
  // Once as it is written, and once more in small letters: RFC 8265 compares names without their case.
  const skeleton = lookAlike(lookAlike(name).toLowerCase());
  // A capital I looks like a small L, and is a small I in small letters: all three have to be one.
  return skeleton.replaceAll('i', 'l');
}

function lookAlike(text: string): string {
  return [...text.normalize('NFD')]
    .filter((character) => !/\p{Default_Ignorable_Code_Point}/u.test(character))
    .map((character) => prototypes.get(character) ?? character)
    .join('')
    .normalize('NFD');
}

/** Unicode's own table of look-alikes: each character, and what all that look like it are mapped to. */
const prototypes = new Map(
  readFileSync(join(__dirname, '..', '..', 'server', 'identity', 'confusables.txt'), 'utf8')
    .split('\n')
    .filter((row) => /^[0-9A-F]/.test(row))
    .map((row) => row.split(';').slice(0, 2).map(characters) as [string, string]),
);

function characters(codes: string): string {
  return String.fromCodePoint(
    ...codes
      .trim()
      .split(' ')
      .map((code) => parseInt(code, 16)),
  );
}

const reserved = new Set(RESERVED.map(skeletonOf));
