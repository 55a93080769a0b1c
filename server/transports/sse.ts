import { Router, type Response } from 'express';
import { checkReading } from '../check';
import { eventOrGone } from '../gone';
import type { Log } from '../log';
import type { Page } from '../page';
import type { Presence } from '../presence';
import type { Visitors } from '../visitor';
import type { Cursor, Ephemeral, Reset } from '../wire';

/** How long a browser waits before it comes back, in ms. */
const RETRY = 2_000;

/** Speaks Server-Sent Events on `/sse` (WHATWG HTML, section 9.2). */
export function sse(log: Log, visitors: Visitors, presence: Presence): Router {
  const router = Router();
  router.get('/sse', async (request, response) => {
    const returning = request.get('Last-Event-ID');
    const reading = checkReading(returning ? { ...request.query, after: returning } : request.query);
    const visitor = await visitors.identify(request);
    const cursor = await log.start(reading.room, reading);

    const gone = new AbortController();
    response.on('close', () => gone.abort());
    response.set({
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store, no-transform',
      // nginx would hold back what it gets until a buffer is full.
      'X-Accel-Buffering': 'no',
    });
    // The place is told at once: a reader cut off before its first message comes back to the same.
    response.write(`retry: ${RETRY}\nid: ${cursor}\n\n`);

    const stay = presence.enter(reading.room, visitor, (event) => {
      if (!response.writableNeedDrain) response.write(frame(event));
    });
    try {
      await write(response, log.follow(reading.room, cursor, gone.signal), gone.signal);
    } finally {
      stay.leave();
      response.end();
    }
  });
  return router;
}

async function write(
  response: Response,
  steps: AsyncIterable<Page | Reset>,
  gone: AbortSignal,
): Promise<void> {
  for await (const step of steps) {
    if (!response.write(encode(step))) await eventOrGone(response, 'drain', gone);
  }
}

/** The text of a step; of an empty page, a comment that keeps the connection alive. */
export function encode(step: Page | Reset): string {
  if (step.type === 'reset') return frame(step, step.cursor);
  if (step.entries.length === 0) return ':\n\n';
  return step.entries.map((entry) => frame(entry, entry.cursor)).join('');
}

/** One event. JSON has no line ends, so no text in it can end the event. */
export function frame(
  event: { type: string } & (Ephemeral | Page['entries'][number] | Reset),
  id?: Cursor,
): string {
  return `event: ${event.type}\n${id ? `id: ${id}\n` : ''}data: ${JSON.stringify(event)}\n\n`;
}
