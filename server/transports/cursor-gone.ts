import { Refusal } from '../refusal';
import type { ErrorBody, Reset } from '../wire';

/** Returns the body of the response to a cursor of another history: a reset that is also an error. */
export function goneBody(reset: Reset): Reset & ErrorBody {
  const sentence = 'This cursor is no longer in the room’s history. Read again from "earliest".';
  return { ...reset, ...new Refusal('cursor_gone', sentence).body };
}
