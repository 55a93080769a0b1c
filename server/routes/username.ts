import { Router } from 'express';
import type { Door } from '../access/door';
import type { Chat } from '../chat/chat';
import { jsonBody } from '../http/body';
import { checkUsername } from '../validation/check';

/** `POST /username`: changes the name of the visitor that the cookie names; who was invited to keep one begins here. */
export function usernameRoute(chat: Chat, door: Door): Router {
  const router = Router();
  router.post('/username', jsonBody, async (request, response) => {
    const visitor = await door.admitToKeepName(request);
    response.json(await chat.rename(visitor, checkUsername(request.body)));
  });
  return router;
}
