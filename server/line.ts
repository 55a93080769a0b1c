import type { Entry } from './wire';

/**
 * A message as a line for people: `name: text`. A text of several lines goes on indented, and no name begins with a
 * space, so no message can pass for another's line.
 */
export function line({ username, message }: Pick<Entry, 'username' | 'message'>): string {
  return `${username}: ${message.replace(/\r\n|[\n\r\u2028\u2029]/g, '\n  ')}`;
}

/** A line of the server's own: no message looks like it. */
export function notice(sentence: string): string {
  return ` * ${sentence}`;
}
