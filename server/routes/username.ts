import { Router } from 'express';
import { visitorOf } from '../admission';
import { jsonBody } from '../body';
import type { Chat } from '../chat';
import { checkUsername } from '../check';

/** `POST /username`: changes the name of the visitor that the cookie names. */
export function usernameRoute(chat: Chat): Router {
  const router = Router();
  router.post('/username', jsonBody, async (request, response) => {
    const username = checkUsername(request.body);
    response.json(await chat.rename(visitorOf(response), username));
  });
  return router;
}
