import type { Entry } from '../wire';

/**
 * Returns an entry as a line for people: `name: text`. The further lines of a text are indented, and no name begins
 * with a space or "*", so no message can pass for another's line or for a notice. A notice quotes the names in it with
 * characters that no name can hold, so that no name can pass for a part of its sentence.
 */
export function plainText(entry: Entry): string {
  const { type, username } = entry;
  if (type === 'deleted_message') return notice(`A message from “${username}” was deleted.`);
  if (type === 'delete_message') return notice(`“${username}” deleted a message.`);
  // Names from older versions may begin with it.
  const name = username.replace(/^[* ]+/, '') || '?';
  return `${name}: ${entry.message.replace(/\r\n|[\n\r\u2028\u2029]/g, '\n  ')}`;
}

/** Returns a line of the server's own: no message looks like it. */
export function notice(sentence: string): string {
  return ` * ${sentence}`;
}
