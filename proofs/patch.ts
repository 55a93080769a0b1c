/** A replacement of a text that occurs exactly once in a file. */
export interface Patch {
  file: string;
  from: string;
  to: string;
}

/** Applies a patch to the text of its file. @throws {Error} if the text to replace is missing, or occurs more than once. */
export function applyPatch(text: string, { file, from, to }: Patch): string {
  const occurrences = text.split(from).length - 1;
  if (occurrences !== 1)
    throw new Error(`"${from}" occurs ${occurrences} times in ${file}, instead of once.`);
  return text.replace(from, () => to);
}
