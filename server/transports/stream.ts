import type { IncomingMessage, ServerResponse } from 'node:http';
import { releaseOnClose } from '../http/on-close';
import type { Page } from '../log/page';
import { Refusal } from '../refusal';
import { checkReading, type Reading } from '../validation/messages';
import type { Cursor, Ephemeral, Reset, Start } from '../wire';
import { waitForTurn } from './authorization';
import { GONE, writeEphemeral, write } from './backpressure';
import type { Services } from './services';
import { Session } from './session';

/** How a room is written into an HTTP answer that does not end. */
export interface Format {
  /** The `Content-Type`. */
  type: string;
  /** What comes first, if anything: where the reading begins. */
  hello: (start: Start) => string;
  /** What comes last when the stream has lasted its time, if anything: where to go on. */
  goodbye: (cursor: Cursor) => string;
  /** A step that is not empty. Best encoded once for all readers. */
  step: (step: Page | Reset) => Buffer;
  /** What keeps the connection alive while nothing is said; it may tell how far the room was read. */
  keepAlive: (cursor: Cursor) => string;
  /** An event that is in no log; empty if this format does not tell of it. */
  event: (event: Ephemeral) => Buffer;
}

/**
 * How long a stream lasts, in ms, before its reader has to come back with its cursor. A stream goes one way: this
 * bounds how long one is kept that a proxy takes in for nobody.
 */
const LIFETIME = 15 * 60 * 1_000;

/** How long somebody who may not stay has to take in what was written before, in ms. */
const FAREWELL = 1_000;

/**
 * Where a request for a stream begins: a `Last-Event-ID` is newer than its query.
 * @throws {Refusal} 400 if that is no place.
 */
export function readingOf({ headers }: IncomingMessage, query: object): Reading {
  const returning = headers['last-event-id'];
  return checkReading(returning ? { ...query, after: returning } : query);
}

/**
 * Answers a request with the stream of a room, until its reader goes or the log closes.
 * @param reading where it begins; see {@link readingOf}.
 */
export async function stream(
  format: Format,
  services: Services,
  request: IncomingMessage,
  response: ServerResponse,
  { room, ...start }: Reading,
): Promise<void> {
  const { visitor, release } = await services.access.authorizeConnection(request);
  releaseOnClose(response, release);
  await waitForTurn(services, visitor);
  const cursor = await services.log.start(room, start);

  const headers = {
    'Content-Type': format.type,
    'Cache-Control': 'no-store, no-transform',
    // The answer ends with the connection (RFC 9112, section 6.3), not in chunks: a page is one write, and no more.
    Connection: 'close',
    // nginx would hold back what it gets until a buffer is full.
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
  // Who has gone meanwhile is not let in: nobody would be told of that any more.
  if (!socket || socket.destroyed) return;
  // How long it may take nothing in is decided here; see `writeOut`.
  socket.setTimeout(0);
  socket.write(format.hello({ type: 'start', room, cursor }));

  const ends = performance.now() + LIFETIME;
  const session = new Session(services, visitor, {
    write: (step) => {
      if (response.writableEnded || socket.destroyed) return GONE;
      const idle = step.type === 'page' && step.entries.length === 0;
      const bytes = idle ? Buffer.from(format.keepAlive(step.cursor)) : format.step(step);
      const taking = write(socket, bytes, () => socket.destroy());
      if (performance.now() > ends) {
        socket.write(format.goodbye(step.cursor));
        finish();
      }
      return taking;
    },
    notify: (told) => {
      if (!response.writableEnded) writeEphemeral(socket, format.event(told));
    },
    end: (error) => {
      if (error instanceof Refusal) setTimeout(() => socket.destroy(), FAREWELL).unref();
      else if (error) console.error('A stream failed:', error);
      finish();
    },
  });
  // Nothing is written after the end, and nobody stays who is not read any more.
  const finish = (): void => {
    session.close();
    response.end();
  };
  response.on('close', () => session.close());
  session.enter(room, cursor);
}
