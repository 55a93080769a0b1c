import { Router } from 'express';
import { jsonBody } from '../body';
import type { Chat } from '../chat';
import { checkUsername } from '../check';
import type { Visitors } from '../visitor';

/** `POST /username`: changes the name of the visitor that the cookie names. */
export function usernameRoute(chat: Chat, visitors: Visitors): Router {
  const router = Router();
  router.post('/username', jsonBody, async (request, response) => {
    const username = checkUsername(request.body);
    response.json(await chat.rename(await visitors.identify(request), username));
  });
  return router;
}
