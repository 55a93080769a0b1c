import { Router } from 'express';
import type { RequestListener } from 'node:http';
import { memoize, type Page } from '../log/page';
import type { Reading } from '../validation/messages';
import type { Cursor, Entry, Ephemeral, Reset, Start } from '../wire';
import type { Services } from './services';
import { readingOf, stream, type Format } from './stream';

/** How long a browser waits before it comes back, in ms: between this and three times as long, not all at once. */
const RETRY = 1_000;

/** Server-Sent Events (WHATWG HTML, section 9.2). */
export const eventStream: Format = {
  type: 'text/event-stream',
  // The place is told at once: a reader cut off before its first message comes back to the same. Some clients keep an
  // `id` only when it comes with data.
  hello: (start) => `retry: ${Math.round(RETRY * (1 + 2 * Math.random()))}\n${frame(start, start.cursor)}`,
  // Its clients come back by themselves.
  goodbye: () => '',
  step: memoize((step: Page | Reset) => {
    if (step.type === 'reset') return Buffer.from(frame(step, step.cursor));
    return Buffer.from(step.entries.map((entry) => frame(entry, entry.cursor)).join(''));
  }),
  keepAlive: () => ':\n\n',
  event: memoize((event: Ephemeral) => Buffer.from(frame(event))),
};

/** Speaks Server-Sent Events on `/sse`. */
export function sse(services: Services): Router {
  return Router().get('/sse', (request, response) =>
    stream(eventStream, services, request, response, readingOf(request, request.query)),
  );
}

/**
 * The same for most readers, before Express: what that makes of a request would stay in memory as long as the stream,
 * and be most of what it costs.
 * @param otherwise answers all other requests, and those that are to be refused or come from another origin.
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

/** One event. JSON has no line ends, so no text in it can end the event. */
function frame(event: Start | Entry | Reset | Ephemeral, id?: Cursor): string {
  return `event: ${event.type}\n${id ? `id: ${id}\n` : ''}data: ${JSON.stringify(event)}\n\n`;
}
