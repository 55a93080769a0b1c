import { kindOf } from '../entry-kinds';
import type { Entry } from '../wire';
import type { Language } from '../words/language';
import { inLanguage, type Sentence } from '../words/sentence';

/**
 * Returns entries as lines for people: `name: text`. Later lines of a text are indented, and no name begins with a space
 * or "*", so that no message can imitate another's line or a notice. A notice puts names in quotation marks that names
 * can't contain, so that no name can imitate a part of its sentence. Entries of unknown kinds have no line.
 */
export function plainText(entries: readonly Entry[], language: Language): string[] {
  return entries.flatMap((entry) => {
    const line = kindOf(entry.type)?.line(entry);
    if (!line) return [];
    if ('notice' in line) return notice(line.notice, language);
    // Names from older versions may begin with a space or "*".
    const name = entry.username.replace(/^[* ]+/, '') || '?';
    return `${name}: ${indented(line.text)}`;
  });
}

/** Returns a line by the server, which no message can imitate. */
export function notice(sentence: Sentence, language: Language): string {
  return ` * ${indented(inLanguage(sentence, language))}`;
}

/** Indents the further lines of a text, so that none can pass for a line of its own. */
function indented(text: string): string {
  return text.replace(/\r\n|[\n\r\u2028\u2029]/g, '\n  ');
}
