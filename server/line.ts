import type { Entry } from './wire';

/**
 * A message as a line for people: `name: text`. A text of several lines goes on indented, and no name begins with a
 * space, so no message can pass for another's line.
 */
export function line(entry: Entry): string {
  const { type, username } = entry;
  if (type === 'deleted_message') return notice(`A message of ${username}’s, deleted.`);
  if (type === 'delete_message') return notice(`${username} deleted a message.`);
  return `${username}: ${entry.message.replace(/\r\n|[\n\r\u2028\u2029]/g, '\n  ')}`;
}

/** A line of the server's own: no message looks like it. */
export function notice(sentence: string): string {
  return ` * ${sentence}`;
}
