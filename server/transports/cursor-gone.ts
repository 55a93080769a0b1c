import { Refusal } from '../refusal';
import type { ErrorBody, Reset } from '../wire';
import type { Language } from '../words/language';

/** Returns the body of a 410: the reset and the error. */
export function goneBody(reset: Reset, language: Language): Reset & ErrorBody {
  return { ...reset, ...new Refusal('cursor_gone', 'cursorGone').bodyIn(language) };
}
