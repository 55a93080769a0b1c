import { Router } from 'express';
import type { RequestListener } from 'node:http';
import { memoize, type Page } from '../log/page';
import type { Reading } from '../validation/messages';
import type { Cursor, Entry, Ephemeral, Reset, Start } from '../wire';
import type { Services } from './services';
import { readingOf, stream, type Format } from './stream';

/** How long a browser waits before it reconnects, in ms: a random time from this to three times this. */
const RETRY_MIN = 1_000;

/** Server-Sent Events (WHATWG HTML, section 9.2). */
export const eventStream: Format = {
  type: 'text/event-stream',
  // The cursor is sent at once: a reader that is disconnected before its first message resumes at the same position.
  // Some clients store an `id` only if the event has data.
  first: (start) =>
    `retry: ${Math.round(RETRY_MIN * (1 + 2 * Math.random()))}\n${frame(start, start.cursor)}`,
  // Clients reconnect by themselves.
  last: () => '',
  step: memoize((step: Page | Reset) => {
    if (step.type === 'reset') return Buffer.from(frame(step, step.cursor));
    return Buffer.from(step.entries.map((entry) => frame(entry, entry.cursor)).join(''));
  }),
  keepAlive: () => ':\n\n',
  event: memoize((event: Ephemeral) => Buffer.from(frame(event))),
};

/** Serves Server-Sent Events on `/sse`. */
export function sse(services: Services): Router {
  return Router().get('/sse', (request, response) =>
    stream(eventStream, services, request, response, readingOf(request, request.query)),
  );
}

/**
 * Serves most Server-Sent Events before Express does: the objects that Express adds to a request would be most of the
 * memory of a stream (`npm run bench -- --cases idle`).
 * @param otherwise handles all other requests, among them those that are refused or come from another origin.
 */
export function plainSse(services: Services, otherwise: RequestListener): RequestListener {
  return (request, response) => {
    const [path, query] = (request.url ?? '').split('?', 2);
    const { method, headers } = request;
    if (method !== 'GET' || path !== '/sse' || headers.origin) return otherwise(request, response);
    let reading: Reading;
    try {
      reading = readingOf(request, Object.fromEntries(new URLSearchParams(query)));
    } catch {
      return otherwise(request, response);
    }
    stream(eventStream, services, request, response, reading).catch((error: unknown) => {
      if (!response.headersSent) return otherwise(request, response);
      console.error('A stream failed:', error);
      response.destroy();
    });
  };
}

/** Encodes an event. JSON contains no line breaks, so no text in it can end the event. */
function frame(event: Start | Entry | Reset | Ephemeral, id?: Cursor): string {
  return `event: ${event.type}\n${id ? `id: ${id}\n` : ''}data: ${JSON.stringify(event)}\n\n`;
}
