/** Returns the length of a text in code points, as the server counts; UTF-16 has up to two units for each. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}

/** A letter of a script that is written from right to left. */
const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]|[\u{10800}-\u{10fff}]|[\u{1e800}-\u{1efff}]/u;

/** Returns a name to insert into a sentence, so that its direction does not reorder the words around it. */
export function isolate(name: string): string {
  const mayReorder = RIGHT_TO_LEFT.test(name) || globalThis.document?.dir === 'rtl';
  return mayReorder ? `\u2068${name}\u2069` : name;
}
