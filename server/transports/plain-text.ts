import { kindOf } from '../entry-kinds';
import type { Entry } from '../wire';

/**
 * Returns entries as lines for people: `name: text`. The further lines of a text are indented, and no name begins with a
 * space or "*", so no message can pass for another's line or for a notice. A notice quotes the names in it with
 * characters that no name can hold, so that no name can pass for a part of its sentence. Entries of unknown kinds have
 * no line.
 */
export function plainText(entries: readonly Entry[]): string[] {
  return entries.flatMap((entry) => {
    const line = kindOf(entry.type)?.line(entry);
    if (!line) return [];
    if ('notice' in line) return notice(line.notice);
    // Names from older versions may begin with it.
    const name = entry.username.replace(/^[* ]+/, '') || '?';
    return `${name}: ${line.text.replace(/\r\n|[\n\r\u2028\u2029]/g, '\n  ')}`;
  });
}

/** Returns a line of the server's own: no message looks like it. */
export function notice(sentence: string): string {
  return ` * ${sentence}`;
}
