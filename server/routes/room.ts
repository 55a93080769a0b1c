import { Router, text, type Request, type RequestHandler, type Response } from 'express';
import { MESSAGE } from '../entry-kinds';
import { BODY_LIMITS, recheckAfterBody } from '../http/body';
import { eventsOf, memoize } from '../log/page';
import { Refusal } from '../refusal';
import { chargeAnswer, visitorOf } from '../transports/authorization';
import { EMPTY } from '../transports/backpressure';
import { goneBody } from '../transports/cursor-gone';
import { plainText, notice } from '../transports/plain-text';
import type { Services } from '../transports/services';
import { readingOf, stream, type Format } from '../transports/stream';
import { ROOM, checkDraft, checkPaging, checkRoom, checkUsername } from '../validation/messages';
import type { Entry } from '../wire';
import { inEachLanguage, languageOf, type Language } from '../words/language';

/** Plain text for people who use `curl`. */
const lines = inEachLanguage((language): Format => ({
  type: 'text/plain; charset=utf-8',
  first: () => '',
  last: (cursor) => `${notice(['streamEnds', cursor], language)}\n`,
  step: memoize((step) => {
    if (step.type === 'reset') return Buffer.from(`${notice('historyGone', language)}\n`);
    return Buffer.from(linesOf(step.entries, language));
  }),
  // A message is never an empty line, and scripts skip it.
  keepAlive: () => '\n',
  event: () => EMPTY,
}));

/** Newline-delimited JSON for programs. */
const ndjson: Format = {
  type: 'application/x-ndjson; charset=utf-8',
  first: json,
  last: () => '',
  step: memoize((step) =>
    Buffer.from(
      eventsOf(step)
        .map((event) => json(event))
        .join(''),
    ),
  ),
  keepAlive: (cursor) => json({ type: 'keep_alive', cursor }),
  event: () => EMPTY,
};

function linesOf(entries: readonly Entry[], language: Language): string {
  return plainText(entries, language)
    .map((line) => `${line}\n`)
    .join('');
}

function json(event: object): string {
  return `${JSON.stringify(event)}\n`;
}

/**
 * Serves `/r/:room`, one address for people and programs. A GET returns the page, plain text, NDJSON or an event
 * stream, by its `Accept` header; a POST sends a form, or a message with `curl -d`.
 * @param page answers with the page of `request.params.room`.
 */
export function roomRoutes(services: Services, page: RequestHandler, eventStream: Format): Router {
  const router = Router();

  // Room names are lower case, but people may write them with capitals.
  router.all('/r/:room', (request, response, next) => {
    const { room } = request.params;
    const lower = room.toLowerCase();
    if (room === lower || !ROOM.test(lower)) return next();
    response.redirect(308, `/r/${lower}${request.url.replace(/^[^?]*/, '')}`);
  });

  router.get('/r/:room', async (request, response, next) => {
    response.vary('Accept, Accept-Language, Cookie');
    // The first type is the default, for clients that accept any.
    switch (request.accepts(['text/plain', 'text/html', 'application/x-ndjson', 'text/event-stream'])) {
      case 'text/plain':
        return read(lines[languageOf(request)], services, request, response);
      case 'application/x-ndjson':
        return read(ndjson, services, request, response);
      case 'text/event-stream':
        return stream(eventStream, services, request, response, readingOf(request, queryOf(request)));
      case 'text/html':
        return page(request, response, next);
      default:
        throw new Refusal('not_acceptable', 'acceptRoom');
    }
  });

  const form = text({ type: 'application/x-www-form-urlencoded', ...BODY_LIMITS });
  router.post('/r/:room', form, recheckAfterBody, async (request, response) => {
    if (typeof request.body !== 'string') throw new Refusal('unsupported_type', 'formExpected');
    const fields = new URLSearchParams(request.body);
    const room = checkRoom(request.params.room);
    const message = fields.get('message') ?? request.body;
    const id = request.get('Idempotency-Key') ?? fields.get('id') ?? undefined;
    const draft = checkDraft(MESSAGE, { room, message, id });
    const visitor = visitorOf(response);
    const username = fields.get('username');
    const readName = () =>
      username && username !== visitor.username ? checkUsername({ username }) : visitor.username;
    const { entry } = await services.chat.sendAs(visitor, readName, draft);
    if (request.accepts(['text/plain', 'text/html']) === 'text/html') response.redirect(303, `/r/${room}`);
    else
      response
        .status(201)
        .type('text/plain')
        .send(linesOf([entry], languageOf(request)));
  });

  return router;
}

/** Answers with messages or, with `?follow`, with a stream. */
async function read(format: Format, services: Services, request: Request, response: Response): Promise<void> {
  const query = queryOf(request);
  const { room: name, limit, ...start } = checkPaging(query);
  if (query.follow !== undefined)
    return stream(
      format,
      services,
      request,
      response,
      readingOf(request, { last: limit, ...start, room: name }),
    );
  const room = await services.rooms.authorize(visitorOf(response), name);
  const step = await services.log.page(room, start, limit);
  if (step.type === 'page') chargeAnswer(services, response, step.entries);
  response
    .status(step.type === 'reset' ? 410 : 200)
    .set({ 'Content-Type': format.type, 'Cache-Control': 'no-cache' });
  // NDJSON is for programs, so its reset is an error object.
  response.send(
    step.type === 'reset' && format === ndjson
      ? json(goneBody(step, languageOf(request)))
      : format.step(step),
  );
}

/** Returns the query, with the room of the path. */
function queryOf(request: Request): Record<string, unknown> {
  return { ...request.query, room: request.params.room };
}
