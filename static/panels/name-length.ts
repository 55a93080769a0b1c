import { serverConstants } from '../browser/server-constants.js';
import { lengthOf } from '../browser/text.js';
import { words } from 'shared/words';

/**
 * Returns the error for a name that the server would refuse as too long; empty for all others. `maxlength` can't do
 * this: it counts UTF-16 code units, and silently truncates a pasted text.
 */
export function nameLengthError(name: string): string {
  const { nameMax } = serverConstants();
  return lengthOf(name.trim()) > nameMax ? words.nameTooLong(nameMax) : '';
}
