import { eventsOf, memoize, type Page } from '../log/page';
import { errorBody, Refusal } from '../refusal';
import type { Ephemeral, Reset, Start } from '../wire';
import { EMPTY } from './backpressure';
import { textFrames } from './text-frames';
import { plainText, notice } from './plain-text';
import type { Session } from './session';

/** What a WebSocket's subprotocol makes of the chat: frames out, and what a frame in means. */
export interface Subprotocol {
  /** The frame that says where the reading begins, if this protocol says so. */
  start: (start: Start) => string | undefined;
  /** The frames of a step, ready to be written. */
  step: (step: Page | Reset) => Buffer;
  /** The frame of an event that is in no log; empty if this protocol does not tell of it. */
  event: (event: Ephemeral) => Buffer;
  /** Handles a frame, and returns the frame to answer with, if any. Nothing holds on to the frame meanwhile. */
  receive: (session: Session, frame: string) => Promise<string | undefined>;
}

/** `json`: each frame is an object with a `type`; each one in is answered by an `ack` or an `error` with its `id`. */
export const jsonFrames: Subprotocol = {
  start: (start) => JSON.stringify(start),
  step: memoize((step) => textFrames(eventsOf(step).map((event) => JSON.stringify(event)))),
  event: memoize((event) => textFrames([JSON.stringify(event)])),
  receive: async (session, frame) => {
    try {
      const asked = parse(frame);
      return acknowledgement(idOf(asked), session.handle(asked.type, asked));
    } catch (error) {
      return acknowledgement(undefined, session.refuse(error));
    }
  },
};

/** `text`: a frame in is a message, and a message is a line out. What a person alone at a prompt needs, no more. */
export const textLines: Subprotocol = {
  start: () => undefined,
  step: memoize((step) =>
    textFrames(
      step.type === 'page'
        ? plainText(step.entries)
        : [notice('Some messages can’t be shown here: this place is not in the room’s history any more.')],
    ),
  ),
  event: () => EMPTY,
  receive: (session, frame) =>
    session.handle('new_message', { message: frame.replace(/\r?\n$/, '') }).then(
      () => undefined,
      (error: unknown) => notice(errorBody(error).error),
    ),
};

/** The longest `id` of a frame, in characters: it is kept until the frame is answered. */
const ID_MAX = 100;

/** The id by which an answer names its frame: a text or a number. Anything nested could be read, but not written again. */
function idOf({ id }: { id?: unknown }): string | number | undefined {
  if (typeof id === 'number') return id;
  if (typeof id !== 'string') return undefined;
  if (id.length > ID_MAX)
    throw new Refusal('bad_request', `The "id" of a frame is over ${ID_MAX} characters.`);
  return id;
}

async function acknowledgement(id: string | number | undefined, answering: Promise<object>): Promise<string> {
  try {
    const answer = await answering;
    return JSON.stringify({ type: 'ack', id: id ?? (answer as { id?: string }).id, answer });
  } catch (error) {
    return JSON.stringify({ type: 'error', id, ...errorBody(error) });
  }
}

function parse(frame: string): { type?: unknown; id?: unknown } {
  let value: unknown;
  try {
    value = JSON.parse(frame);
  } catch {
    throw new Refusal('bad_request', 'The frame is not valid JSON.');
  }
  if (typeof value !== 'object' || value === null)
    throw new Refusal('bad_request', 'Send an object with a "type".');
  return value;
}
