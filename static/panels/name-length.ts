import { serverConstants } from '../browser/server-constants.js';

/** Returns the length of a text in code points, as the server counts. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}

/**
 * Returns what to say about a name that the server would refuse as too long; empty for all others. A `maxlength` counts
 * in UTF-16 code units, of which a code point has up to two, and cuts what is pasted without a word.
 */
export function nameLengthError(name: string): string {
  const { nameMax } = serverConstants();
  return lengthOf(name.trim()) > nameMax ? `The name is longer than ${nameMax} characters.` : '';
}
