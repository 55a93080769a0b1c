import { Router } from 'express';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { checkReading } from '../check';
import { once, type Page } from '../page';
import { errorBody } from '../refusal';
import type { Parts } from '../session';
import { stream, type Format } from '../stream';
import type { Cursor, Entry, Ephemeral, Reset } from '../wire';

/** How long a browser waits before it comes back, in ms: between this and three times as long, not all at once. */
const RETRY = 1_000;

/** Server-Sent Events (WHATWG HTML, section 9.2). */
export const eventStream: Format = {
  type: 'text/event-stream',
  // The place is told at once: a reader cut off before its first message comes back to the same.
  hello: (cursor) => `retry: ${Math.round(RETRY * (1 + 2 * Math.random()))}\nid: ${cursor}\n\n`,
  lifetime: 15 * 60 * 1_000,
  step: once((step: Page | Reset) => {
    if (step.type === 'reset') return Buffer.from(frame(step, step.cursor));
    if (step.entries.length === 0) return Buffer.from(':\n\n');
    return Buffer.from(step.entries.map((entry) => frame(entry, entry.cursor)).join(''));
  }),
  event: once((event: Ephemeral) => Buffer.from(frame(event))),
};

/** Speaks Server-Sent Events on `/sse`. */
export function sse(parts: Parts): Router {
  return Router().get('/sse', (request, response) =>
    stream(eventStream, parts, request, response, request.query),
  );
}

/**
 * The same for most readers, before Express: what that makes of a request would stay in memory as long as the stream,
 * and be most of what it costs. What is to be refused, or comes from another origin, is left to the router.
 * @returns takes a request, and tells whether it did.
 */
export function plainSse(parts: Parts): (request: IncomingMessage, response: ServerResponse) => boolean {
  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
    if (request.method !== 'GET' || pathname !== '/sse' || request.headers.origin) return false;
    const query = Object.fromEntries(searchParams);
    try {
      checkReading({ ...query, after: request.headers['last-event-id'] ?? query.after });
    } catch {
      return false;
    }
    stream(eventStream, parts, request, response, query).catch((error: unknown) => {
      const body = errorBody(error);
      response.writeHead(body.status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    });
    return true;
  };
}

/** One event. JSON has no line ends, so no text in it can end the event. */
function frame(event: Entry | Reset | Ephemeral, id?: Cursor): string {
  return `event: ${event.type}\n${id ? `id: ${id}\n` : ''}data: ${JSON.stringify(event)}\n\n`;
}
