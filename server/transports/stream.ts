import type { IncomingMessage, ServerResponse } from 'node:http';
import { releaseOnClose } from '../http/on-close';
import type { Page } from '../log/page';
import { Refusal } from '../refusal';
import { checkReading, type Reading } from '../validation/messages';
import type { Cursor, Ephemeral, Reset, Start } from '../wire';
import { waitForTurn } from './authorization';
import { GONE, writeEphemeral, write } from './backpressure';
import type { Services } from './services';
import { RoomSession } from './room-session';

/** The encoding of a room in an HTTP response that does not end. */
export interface Format {
  /** The `Content-Type`. */
  type: string;
  /** Returns the first text, with the cursor at which reading begins; may be empty. */
  first: (start: Start) => string;
  /** Returns the last text of a stream that has reached its lifetime, with the cursor to continue after; may be empty. */
  last: (cursor: Cursor) => string;
  /** Encodes a page that is not empty, or a reset, once for all readers. */
  step: (step: Page | Reset) => Buffer;
  /** Returns the text that keeps the connection alive while the room is quiet. */
  keepAlive: (cursor: Cursor) => string;
  /** Encodes an ephemeral event; empty if this format does not have it. */
  event: (event: Ephemeral) => Buffer;
}

/**
 * How long a stream lasts, in ms, before its reader has to reconnect with its cursor. This bounds how long a proxy can go
 * on reading for a client that has disconnected, which the server can't detect.
 */
const LIFETIME = 15 * 60 * 1_000;

/** How long a reader without access any more may still read earlier data, in ms. */
const LINGER = 1_000;

/**
 * Returns where a request for a stream begins. A `Last-Event-ID` takes precedence over the query, since it is newer.
 * @throws {Refusal} `bad_request` if the cursor or room is malformed.
 */
export function readingOf({ headers }: IncomingMessage, query: object): Reading {
  const lastEventId = headers['last-event-id'];
  return checkReading(lastEventId ? { ...query, after: lastEventId } : query);
}

/**
 * Answers a request with the stream of a room, until the client disconnects or the log closes.
 * @param reading where it begins; see {@link readingOf}.
 */
export async function stream(
  format: Format,
  services: Services,
  request: IncomingMessage,
  response: ServerResponse,
  { room: name, news, ...start }: Reading,
): Promise<void> {
  const { visitor, release } = await services.access.authorizeConnection(request);
  releaseOnClose(response, release);
  await waitForTurn(services, visitor);
  const room = await services.rooms.authorize(visitor, name);
  const cursor = await services.log.start(room, start);

  const headers = {
    'Content-Type': format.type,
    'Cache-Control': 'no-store, no-transform',
    // The response ends with the connection (RFC 9112, section 6.3). It is not chunked, so that a page is one write.
    Connection: 'close',
    // Without this, nginx would wait until its buffer is full.
    'X-Accel-Buffering': 'no',
    'X-Content-Type-Options': 'nosniff',
  };
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.removeHeader('Transfer-Encoding');
  response.flushHeaders();
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  const { socket } = response;
  // The client may have disconnected in the meantime: its `close` event would never come again.
  if (!socket || socket.destroyed) return;
  // `write` has its own timeout for a reader that stalls.
  socket.setTimeout(0);
  socket.write(format.first({ type: 'start', room, cursor }));

  const deadline = performance.now() + LIFETIME;
  const session = new RoomSession(services, visitor, {
    write: (step) => {
      if (response.writableEnded || socket.destroyed) return GONE;
      const isEmpty = step.type === 'page' && step.entries.length === 0;
      const bytes = isEmpty ? Buffer.from(format.keepAlive(step.cursor)) : format.step(step);
      const written = write(socket, bytes, () => socket.destroy());
      if (performance.now() > deadline) {
        socket.write(format.last(step.cursor));
        finish();
      }
      return written;
    },
    notify: (event) => {
      if (!response.writableEnded) writeEphemeral(socket, format.event(event));
    },
    end: (error) => {
      if (error instanceof Refusal) setTimeout(() => socket.destroy(), LINGER).unref();
      else if (error) console.error('A stream failed:', error);
      finish();
    },
  });
  // Nothing is written after the response has ended.
  const finish = (): void => {
    session.close();
    response.end();
  };
  response.on('close', () => session.close());
  session.enter(room, cursor);
  if (news) session.watchNews();
}
