/** Returns the length of a text in code points, as the server counts; UTF-16 has up to two units for each. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}
