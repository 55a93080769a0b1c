import { LinkifyIt, REBuilder } from 'linkify-it';

/** A piece of a text: plain, or a web address with its target. */
export interface Piece {
  text: string;
  href?: string;
}

class WebAddressPatterns extends REBuilder {
  /** Finds a scheme after any character that cannot be part of one: CJK texts put no space before an address. */
  override get_schema_search(): RegExp {
    return (this.cache.schema_search ??= /(^|[^a-z0-9+])(https?:)/gi);
  }
}

const linkifier = new LinkifyIt({ rebuilder: new WebAddressPatterns(), fuzzyEmail: false });

/** A user name before the actual host (`https://bank.example@evil.example`), after the match; the library ends there. */
const USER_NAME = /^[^\s/?#\u0080-\uffff]{0,253}@/;

/** The scripts that a label may not mix. CJK scripts count as one, and so do all that are not listed. */
const SCRIPTS = [
  /\p{Script=Latin}/u,
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Bopomofo}]/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
];

/**
 * Splits a text into plain pieces and web addresses that begin with `http://` or `https://`, in linear time.
 *
 * linkify-it finds the addresses. The host must also be unmistakable: each of its labels uses one script, as registries
 * require (Unicode TS 39, section 5.1). Where text in another script follows the last label without a space
 * (`https://example.com你好`), the address ends before it; any other mixture stays plain. So does an address with a user
 * name, and invisible characters end an address, since they can reorder what is shown.
 */
export function linkify(text: string): Piece[] {
  const pieces: Piece[] = [];
  let plainFrom = 0;
  const visible = text.replace(/\p{Cf}/gu, (character) => ' '.repeat(character.length));
  for (const { index, raw } of linkifier.match(visible) ?? []) {
    const address = USER_NAME.test(visible.slice(index + raw.length, index + raw.length + 254))
      ? ''
      : withCertainHost(withoutPunctuation(raw));
    const href = hrefOf(address);
    if (!href) continue;
    if (index > plainFrom) pieces.push({ text: text.slice(plainFrom, index) });
    pieces.push({ text: address, href });
    plainFrom = index + address.length;
  }
  if (plainFrom < text.length) pieces.push({ text: text.slice(plainFrom) });
  return pieces;
}

/** Returns the address up to a quotation mark, and without the punctuation at its end, of which the library leaves some. */
function withoutPunctuation(address: string): string {
  return /^[^"`]*/.exec(address)![0].replace(/[.,:;!?'*]+$/, '');
}

/** Returns the address up to the first text in another script after its host; empty if the host is ambiguous. */
function withCertainHost(address: string): string {
  const [, scheme, host] = /^(https?:\/\/)([^/?#:[]*)/i.exec(address) as unknown as [string, string, string];
  const labels = host.split('.');
  const last = labels.pop()!;
  const end = singleScriptPrefix(last);
  if (labels.some((label) => singleScriptPrefix(label) !== label)) return '';
  if (end === last) return address;
  // A name of one label may be meant to go on in another script.
  return end && labels.length > 0 ? scheme + [...labels, end].join('.') : '';
}

/** Returns the beginning of a label that uses one script. Digits and hyphens go with any, but begin only a Latin one. */
function singleScriptPrefix(label: string): string {
  let script: number | undefined;
  let end = 0;
  for (const character of label) {
    // Compatibility characters lead to another host than the one that is shown.
    if (character.normalize('NFKC') !== character) break;
    const characterScript = /[\d_-]/.test(character)
      ? (script ?? 0)
      : /\p{M}/u.test(character)
        ? script
        : scriptOf(character);
    if (characterScript === undefined || (script ?? characterScript) !== characterScript) break;
    script = characterScript;
    end += character.length;
  }
  return label.slice(0, end);
}

function scriptOf(letter: string): number {
  const script = SCRIPTS.findIndex((pattern) => pattern.test(letter));
  return script < 0 ? SCRIPTS.length : script;
}

function hrefOf(address: string): string | undefined {
  try {
    // `URL.canParse` is newer than the oldest supported browsers.
    return new URL(address).href;
  } catch {
    return undefined;
  }
}
