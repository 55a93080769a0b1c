import { eventsOf, memoize, type Page } from '../log/page';
import { Refusal, toRefusal } from '../refusal';
import type { Ephemeral, Reset, Start } from '../wire';
import { inEachLanguage, type Language } from '../words/language';
import { EMPTY } from './backpressure';
import { plainText, notice } from './plain-text';
import type { RoomSession } from './room-session';
import { textFrames } from './text-frames';

/** A WebSocket subprotocol in one language: it encodes the events of the server, and handles the frames of a client. */
export interface Subprotocol {
  language: Language;
  /** Returns the text of the first frame, with the cursor at which reading begins, if this protocol has one. */
  start: (start: Start) => string | undefined;
  /** Encodes a page or reset as frames, once for all readers. */
  step: (step: Page | Reset) => Buffer;
  /** Encodes an ephemeral event as a frame; empty if this protocol does not have it. */
  event: (event: Ephemeral) => Buffer;
  /** Handles a text, and returns the text of the answer, if any. No promise may hold the text, which can be large, while it waits. */
  receive: (session: RoomSession, frame: string) => Promise<string | undefined>;
}

const stepFrames = memoize((step: Page | Reset) =>
  textFrames(eventsOf(step).map((event) => JSON.stringify(event))),
);
const eventFrames = memoize((event: Ephemeral) => textFrames([JSON.stringify(event)]));

/** `json`: each frame is an object with a `type`. Each frame of a client is answered by an `ack` or `error` with its `id`. */
export const jsonFrames = inEachLanguage((language): Subprotocol => ({
  language,
  start: (start) => JSON.stringify(start),
  step: stepFrames,
  event: eventFrames,
  receive: async (session, frame) => {
    try {
      const request = parse(frame);
      return acknowledgement(idOf(request), session.handle(request.type, request), language);
    } catch (error) {
      return acknowledgement(undefined, session.refuse(error), language);
    }
  },
}));

/** `text`: each frame of a client is a message, and each message is sent as a line. It suits a person at a prompt. */
export const textLines = inEachLanguage((language): Subprotocol => ({
  language,
  start: () => undefined,
  step: memoize((step) =>
    textFrames(
      step.type === 'page' ? plainText(step.entries, language) : [notice('messagesHidden', language)],
    ),
  ),
  event: () => EMPTY,
  receive: (session, frame) =>
    session.handle('new_message', { message: frame.replace(/\r?\n$/, '') }).then(
      () => undefined,
      (error: unknown) => notice(toRefusal(error).sentence, language),
    ),
}));

/** The longest `id` of a frame, in characters: it stays in memory until the frame is answered. */
const ID_MAX = 100;

/** Returns the id of a frame, if it is a string or number: a deeply nested value could be parsed, but not serialized. */
function idOf({ id }: { id?: unknown }): string | number | undefined {
  if (typeof id === 'number') return id;
  if (typeof id !== 'string') return undefined;
  if (id.length > ID_MAX) throw new Refusal('bad_request', ['frameIdTooLong', ID_MAX]);
  return id;
}

/** Returns the frame that answers a request. */
async function acknowledgement(
  id: string | number | undefined,
  handled: Promise<object>,
  language: Language,
): Promise<string> {
  try {
    const answer = await handled;
    return JSON.stringify({ type: 'ack', id: id ?? (answer as { id?: string }).id, answer });
  } catch (error) {
    return JSON.stringify({ type: 'error', id, ...toRefusal(error).bodyIn(language) });
  }
}

function parse(frame: string): { type?: unknown; id?: unknown } {
  let value: unknown;
  try {
    value = JSON.parse(frame);
  } catch {
    throw new Refusal('bad_request', 'frameNotJson');
  }
  if (typeof value !== 'object' || value === null) throw new Refusal('bad_request', 'frameType');
  return value;
}
