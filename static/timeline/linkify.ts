/** A piece of a text: plain, or a web address with where it leads. */
export interface Piece {
  text: string;
  href?: string;
}

/** The longest label and the longest name of a host, in characters (RFC 1035, section 2.3.4). */
const LABEL_MAX = 63;
const HOST_MAX = 253;

const SCHEME = /https?:\/\//gi;
/** What a host may be written with, before it is looked at label by label. */
const NAME = /[\p{L}\p{M}\p{Nd}_-]+(?:\.[\p{L}\p{M}\p{Nd}_-]+)*/uy;
const IPV6 = /\[[0-9a-f:.]{2,45}\]/iy;
const PORT = /:\d{1,5}/y;
/**
 * What follows the host: all up to white space, quotation marks, brackets that enclose addresses, invisible
 * characters, and the punctuation of CJK texts, which stands without a space after an address.
 */
const REST =
  /[/?#][^\s\p{Cc}\p{Cf}<>"`“”«»‘\u3000-\u3004\u3008-\u3020\u3030\uff01-\uff0f\uff1a-\uff1f\uff3b-\uff3d\uff5b-\uff65…]*/uy;
/** A user name or password before the host that is meant. */
const USER = /^[^\s/?#\u0080-\uffff]*@/;
/** Ends a sentence, and no address. */
const ENDING = /[.,;:!?'’]/;
const OPENING: Record<string, string> = { ')': '(', ']': '[', '}': '{' };

/** Scripts that are told apart within a label; CJK texts mix theirs, and those of all other letters count as one. */
const SCRIPTS = [
  /\p{Script=Latin}/u,
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Bopomofo}]/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
];

/**
 * Splits a text into plain pieces and web addresses, in time that grows with its length alone.
 *
 * An address is `http://` or `https://`, a host, perhaps a port, and perhaps a path, query or fragment. The labels of a
 * host are of one script each, as registries demand of internationalized names. Where letters of another script follow
 * the last label without a space (`https://example.com你好`), they belong to the text and not to the address; anywhere
 * else they make it doubtful which host is meant, and the address stays plain. So does one with a user name, which
 * serves to pass one host for another. Paths may hold letters of all scripts.
 */
export function linkify(text: string): Piece[] {
  const pieces: Piece[] = [];
  let plainFrom = 0;
  SCHEME.lastIndex = 0;
  for (let found = SCHEME.exec(text); found; found = SCHEME.exec(text)) {
    const end = endOfAddress(text, found.index, SCHEME.lastIndex);
    const href = end && hrefOf(text.slice(found.index, end));
    if (!end || !href) continue;
    if (found.index > plainFrom) pieces.push({ text: text.slice(plainFrom, found.index) });
    pieces.push({ text: text.slice(found.index, end), href });
    SCHEME.lastIndex = plainFrom = end;
  }
  if (plainFrom < text.length) pieces.push({ text: text.slice(plainFrom) });
  return pieces;
}

/** Returns where the address ends whose scheme is at `start` and whose host begins at `from`; nothing if it is none. */
function endOfAddress(text: string, start: number, from: number): number | undefined {
  // The end of another scheme, such as `xhttps:`.
  if (/[a-z0-9+]/i.test(text[start - 1] ?? '')) return undefined;
  const ipv6 = match(IPV6, text, from);
  const written = ipv6 || match(NAME, text, from);
  const host = ipv6 || hostOf(written);
  let end = from + host.length;
  if (!host || USER.test(text.slice(end, end + HOST_MAX))) return undefined;
  // The rest of the last label is text.
  if (host.length < written.length) return end;
  end += match(PORT, text, end).length;
  // Asked before the rest is read, so that no part of a text is read more than once.
  if (!hrefOf(text.slice(start, end))) return undefined;
  return end + withoutEnding(match(REST, text, end));
}

/** Returns the host that dotted labels stand for, without the text that follows it; empty if that is doubtful. */
function hostOf(written: string): string {
  const labels = written.split('.');
  const last = labels.pop()!;
  const end = unmixed(last);
  // A name of one label may be meant to go on in another script.
  const doubtful =
    labels.some((label) => unmixed(label) !== label) || (end !== last && (end === '' || labels.length === 0));
  const host = [...labels, end].join('.');
  const tooLong = host.length > HOST_MAX || host.split('.').some(({ length }) => length > LABEL_MAX);
  return doubtful || tooLong ? '' : host;
}

/** Returns the beginning of a label that is of one script; digits and hyphens go with any, but begin only a Latin one. */
function unmixed(label: string): string {
  let script: number | undefined;
  let end = 0;
  for (const character of label.slice(0, 2 * LABEL_MAX)) {
    // What is only another form of a character would lead to another host than the one that is shown.
    if (character.normalize('NFKC') !== character) break;
    const own = /[\d_-]/.test(character)
      ? (script ?? 0)
      : /\p{M}/u.test(character)
        ? script
        : scriptOf(character);
    if (own === undefined || (script ?? own) !== own) break;
    script = own;
    end += character.length;
  }
  return label.slice(0, end);
}

function scriptOf(letter: string): number {
  const script = SCRIPTS.findIndex((one) => one.test(letter));
  return script < 0 ? SCRIPTS.length : script;
}

/** Returns the length of an address's rest without what ends the sentence, or closes the bracket, that it stands in. */
function withoutEnding(rest: string): number {
  const count: Record<string, number> = {};
  for (const character of rest) count[character] = (count[character] ?? 0) + 1;
  let end = rest.length;
  for (; end > 0; end -= 1) {
    const character = rest[end - 1]!;
    const opening = OPENING[character];
    if (opening ? count[character]! <= (count[opening] ?? 0) : !ENDING.test(character)) break;
    count[character]! -= 1;
  }
  return end;
}

/** Where an address leads; nothing if it is none. */
function hrefOf(address: string): string | undefined {
  try {
    // `URL.canParse` is younger than the oldest browsers that the page is for.
    return new URL(address).href;
  } catch {
    return undefined;
  }
}

function match(sticky: RegExp, text: string, at: number): string {
  sticky.lastIndex = at;
  return sticky.exec(text)?.[0] ?? '';
}
