import { Router } from 'express';
import type { AccessControl } from '../access/access-control';
import type { Chat } from '../chat/chat';
import { jsonBody } from '../http/body';
import { checkUsername } from '../validation/messages';

/**
 * Serves `POST /username`, which renames a visitor: also one without access, if an invitation lets it create an
 * account.
 */
export function usernameRoute(chat: Chat, access: AccessControl): Router {
  const router = Router();
  router.post('/username', jsonBody, async (request, response) => {
    const visitor = await access.authorizeSignUp(request);
    response.json(await chat.rename(visitor, checkUsername(request.body)));
  });
  return router;
}
