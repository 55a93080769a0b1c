import { Router } from 'express';
import { jsonBody } from '../body';
import type { Chat } from '../chat';
import { checkPaging, checkSaying } from '../check';
import type { Log } from '../log';
import type { Visitors } from '../visitor';
import type { MessagePage } from '../wire';

/** Messages over plain HTTP: `GET /messages` reads a page, `POST /messages` says something. */
export function poll(log: Log, chat: Chat, visitors: Visitors): Router {
  const router = Router();

  router.get('/messages', async (request, response) => {
    const { room, before, limit, ...begin } = checkPaging(request.query);
    const start = begin.after === undefined && begin.last === undefined ? { last: limit } : begin;
    const step = before
      ? await log.before(room, before, limit)
      : await log.after(room, await log.start(room, start), limit);
    response.set('Cache-Control', 'no-store');
    if (step.type === 'reset') {
      const error = 'That place is not in this room’s history any more. Read again from "earliest".';
      response.status(410).json({ ...step, error, status: 410 });
      return;
    }
    const page: MessagePage = { messages: [...step.entries], cursor: step.cursor, earliest: step.earliest };
    response.json(page);
  });

  router.post('/messages', jsonBody, async (request, response) => {
    const key = request.get('Idempotency-Key');
    const saying = checkSaying(key ? { id: key, ...request.body } : request.body);
    const visitor = await visitors.identify(request);
    const { entry, repeated } = await chat.say(visitor, saying);
    response.status(repeated ? 200 : 201).json(entry);
  });

  return router;
}
