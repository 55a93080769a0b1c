import { Router, type Request, type Response } from 'express';
import type { AuthorizedRoom } from '../access/room-access';
import { jsonBody } from '../http/body';
import { releaseOnClose } from '../http/on-close';
import type { Visitor } from '../identity/visitor';
import type { Page } from '../log/page';
import { checkPaging, checkTypedDraft } from '../validation/messages';
import type { Cursor, MessagePage, Reset } from '../wire';
import { languageOf } from '../words/language';
import { chargeAnswer, visitorOf } from './authorization';
import { goneBody } from './cursor-gone';
import type { Services } from './services';

/** Serves messages over HTTP: `GET /messages` is a poll, `GET /subscribe` a long poll, and `POST /messages` sends. */
export function poll(services: Services): Router {
  const { log, chat, access, rooms } = services;
  const router = Router();

  router.get('/messages', async (request, response) => {
    const { room: name, before, limit, ...start } = checkPaging(request.query);
    const room = await rooms.authorize(visitorOf(response), name);
    const step = before ? await log.before(room, before, limit) : await log.page(room, start, limit);
    if (step.type === 'page') response.set('Retry-After', String(retryAfter(step)));
    // Express compares the ETag with `If-None-Match`, and sends 304 if there is nothing new.
    answer(services, request, response, step);
  });

  router.get('/subscribe', async (request, response) => {
    const { room: name, limit, timeout, ...start } = checkPaging(request.query);
    const { visitor, release } = await access.authorizeConnection(request);
    releaseOnClose(response, release);
    const room = await rooms.authorize(visitor, name);
    const cursor = await log.start(room, start);
    if (request.method !== 'HEAD') await nextEntry(services, visitor, room, cursor, timeout, response);
    answer(services, request, response, await log.after(room, cursor, limit));
  });

  router.post('/messages', jsonBody, async (request, response) => {
    const key = request.get('Idempotency-Key');
    const draft = checkTypedDraft(key ? { id: key, ...request.body } : request.body);
    const { entry, repeated } = await chat.send(visitorOf(response), draft);
    response.status(repeated ? 200 : 201).json(entry);
  });

  return router;
}

/**
 * Waits for an entry after a cursor, or until the client disconnects.
 * @param timeout the longest wait, in s.
 * @throws {Refusal} if the visitor's access to the chat or the room ends.
 */
function nextEntry(
  { log, access }: Services,
  visitor: Visitor,
  room: AuthorizedRoom,
  cursor: Cursor,
  timeout: number,
  response: Response,
): Promise<void> {
  let release = (): void => undefined;
  return new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, timeout * 1_000);
    const connection = { visitor, room, disconnect: reject };
    access.addConnection(connection);
    const subscription = log.follow(room, cursor, {
      write: (step) => {
        if (step.type === 'reset' || step.entries.length > 0) resolve();
      },
      end: () => resolve(),
    });
    response.on('close', resolve);
    release = () => {
      clearTimeout(timer);
      subscription.stop();
      access.removeConnection(connection);
    };
  }).finally(() => release());
}

function answer(services: Services, request: Request, response: Response, step: Page | Reset): void {
  response.set('Cache-Control', 'no-cache');
  if (step.type === 'reset') {
    response.status(410).json(goneBody(step, languageOf(request)));
    return;
  }
  chargeAnswer(services, response, step.entries);
  const page: MessagePage = { messages: [...step.entries], cursor: step.cursor, earliest: step.earliest };
  response.json(page);
}

/** Returns when to poll again, in s: at once if there is more, soon in a busy room, later in a quiet one. */
function retryAfter({ more, at }: Page): number {
  if (more) return 0;
  const quietFor = Date.now() - at;
  return Math.min(15, Math.max(1, Math.round(quietFor / 10_000)));
}
