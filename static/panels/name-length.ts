/** The longest name that the server takes, of a person or a contact, in code points. */
const NAME_MAX = 40;

/** Returns the length of a text in code points, as the server counts. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}

/**
 * Returns what to say about a name that the server would refuse as too long; empty for all others. A `maxlength` counts
 * in UTF-16 code units, of which a code point has up to two, and cuts what is pasted without a word.
 */
export function nameLengthError(name: string): string {
  return lengthOf(name.trim()) > NAME_MAX ? `The name is longer than ${NAME_MAX} characters.` : '';
}
