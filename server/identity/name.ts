import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../refusal';
import { ANONYMOUS } from './appearance';
import { VIEW_WORDS } from '../words/views';

/** The longest name, of a visitor or a contact, in characters (Unicode code points). */
export const NAME_MAX = 40;

/** Names that could be mistaken for the server, its operators or everybody. */
const RESERVED_NAMES = [
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
 * A word of a name: letters, digits, marks and printable ASCII, except for characters that the standard disallows
 * (IdentifierClass, RFC 8264, sections 4.2 and 9; RFC 8265, section 3.1).
 */
const IDENTIFIER =
  /^(?:(?![\u0640\u07fa\u302e\u302f\u3031-\u3035\u303b])(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{Mn}\p{Mc}\p{Nd}\x21-\x7e])+$/u;
/** Conjoining jamo, which are not used by themselves (OldHangulJamo, RFC 8264, section 9.9). */
const OLD_HANGUL = /[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]/u;
/** A right-to-left script, and a word that may contain it (the Bidi Rule, RFC 5893, section 2). */
const RIGHT_TO_LEFT =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Samaritan}\p{Script=Mandaic}\p{Script=Adlam}\p{Script=Hanifi_Rohingya}]/u;
const RIGHT_TO_LEFT_WORD = new RegExp(
  `^(?=${RIGHT_TO_LEFT.source})(?:${RIGHT_TO_LEFT.source}|[\\p{M}\\p{Nd}\\x21-\\x40\\x5b-\\x60\\x7b-\\x7e])+$`,
  'u',
);
/** A colon, or a letter that looks like one, at the end. */
const FINAL_COLON = /[:\u02d0\ua4fd]$/;
/** The most consecutive nonspacing marks: enough for pointed Hebrew and Tibetan, too few to cover other lines. */
const MARKS_MAX = 3;
const STACKED_MARKS = new RegExp(`\\p{Mn}(?:\\p{Mc}*\\p{Mn}){${MARKS_MAX}}`, 'u');
const FULL_OR_HALF_WIDTH = /[\u3000\uff01-\uffee]/gu;

/**
 * Validates and normalizes a name by the rules for case-preserved usernames (RFC 8265, section 3.4), as words with
 * single spaces between them (section 3.5).
 * @throws {Refusal} `bad_request` if it is not a valid name, or is reserved.
 */
export function checkName(text: string): string {
  return normalizeName(text, anonymousSkeletons);
}

/**
 * Validates and normalizes a name as {@link checkName} does, but takes the words for visitors without a name for names:
 * accounts may have had one before it was such a word.
 * @param anonymous the skeletons that stand for no name; by default, only that of {@link ANONYMOUS}.
 * @throws {Refusal} `bad_request` if it is not a valid name, or is reserved.
 */
export function normalizeName(text: string, anonymous: readonly string[] = [skeletonOf(ANONYMOUS)]): string {
  const name = text
    .replace(FULL_OR_HALF_WIDTH, (character) => character.normalize('NFKC'))
    .normalize('NFC')
    // Phone keyboards insert it instead of an apostrophe.
    .replaceAll('’', "'")
    .trim()
    .replace(/ +/g, ' ');
  if (!name) throw new Refusal('bad_request', 'nameEmpty');
  if ([...name].length > NAME_MAX) throw new Refusal('bad_request', ['nameTooLong', NAME_MAX]);
  for (const word of name.split(' ')) {
    if (!IDENTIFIER.test(word) || OLD_HANGUL.test(word) || word.normalize('NFKC') !== word) {
      throw new Refusal('bad_request', 'nameCharacters');
    }
    if (RIGHT_TO_LEFT.test(word) && !RIGHT_TO_LEFT_WORD.test(word)) {
      throw new Refusal('bad_request', 'nameDirections');
    }
    // In a line such as `name: text`, it would look like the end of a shorter name.
    if (FINAL_COLON.test(word)) throw new Refusal('bad_request', 'nameEndsWithColon');
    // It would combine with the character before the name.
    if (/^\p{M}/u.test(word)) throw new Refusal('bad_request', 'nameBeginsWithMark');
  }
  // In plain text, a "*" marks a notice of the server.
  if (name.startsWith('*')) throw new Refusal('bad_request', 'nameBeginsWithStar');
  if (hasStackedMarks(name)) throw new Refusal('bad_request', ['nameMarks', MARKS_MAX]);
  const skeleton = skeletonOf(name);
  if (anonymous.includes(skeleton)) return ANONYMOUS;
  // The page shows a tag after the word for visitors without a name, which a longer name could imitate.
  const imitatesTag = anonymous.some((word) => skeleton.startsWith(`${word} `));
  if (imitatesTag || reservedSkeletons.has(skeleton)) throw new Refusal('bad_request', 'nameReserved');
  return name;
}

/** Returns whether a text has more marks on one letter than allowed: they would cover the lines around it. */
export function hasStackedMarks(text: string): boolean {
  return STACKED_MARKS.test(text.normalize('NFD'));
}

/**
 * Returns the skeleton of a name: two names that look alike have the same skeleton. It is not for display.
 * @see UTS #39, Unicode Security Mechanisms, section 4
 */
export function skeletonOf(name: string): string {
  // Applied twice, before and after lower-casing: RFC 8265 compares names case-insensitively.
  const skeleton = confusableSkeleton(confusableSkeleton(name).toLowerCase());
  // A capital I looks like a small L, and its lower case is a small I: all three must be equal.
  return skeleton.replaceAll('i', 'l');
}

/** The `skeleton` operation of UTS #39, section 4. */
function confusableSkeleton(text: string): string {
  return [...text.normalize('NFD')]
    .filter((character) => !/\p{Default_Ignorable_Code_Point}/u.test(character))
    .map((character) => prototypes.get(character) ?? character)
    .join('')
    .normalize('NFD');
}

/** Unicode's table of confusables: maps each character to the prototype of all characters that look like it. */
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

const reservedSkeletons = new Set(RESERVED_NAMES.map(skeletonOf));
/** Of the word for visitors without a name, in each language. Cyrillic capitals look like other letters than small ones. */
const anonymousSkeletons = Object.values(VIEW_WORDS).flatMap(({ anonymous }) =>
  [anonymous, anonymous.toUpperCase()].map(skeletonOf),
);
