import { Refusal } from '../refusal';
import type { ErrorBody, Reset } from '../wire';

/** Returns the body of an answer to a cursor of another history: the reset, which is also an error. */
export function goneBody(reset: Reset): Reset & ErrorBody {
  const sentence = 'That place is not in this room’s history any more. Read again from "earliest".';
  return { ...reset, ...new Refusal('cursor_gone', sentence).body };
}
