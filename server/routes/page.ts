import type { RequestHandler } from 'express';
import type { Moderation } from '../chat/moderation';
import { isMuted } from '../chat/write-access';
import { kindOf } from '../entry-kinds';
import type { Visitors } from '../identity/visitors';
import type { Log } from '../log/log';
import { checkRoom } from '../validation/messages';

/** How many messages the page brings with it. */
const SHOWN = 50;

/**
 * Answers with the page of the room that the address names, its last messages and the cursor that its script goes on
 * from. Without scripts, `?write` is the page to write on, which does not refresh itself.
 */
export function page(log: Log, visitors: Visitors, moderation: Moderation): RequestHandler {
  return async (request, response) => {
    const room = checkRoom(request.params.room);
    const step = await log.page(room, { last: SHOWN }, SHOWN);
    const { visitor, setCookie } = await visitors.identifyBrowser(request);
    const profile = await visitors.profileOf(visitor);
    const { role, account } = profile;
    response.set({ 'Set-Cookie': setCookie, 'Cache-Control': 'no-store' });
    response.render('chat', {
      room,
      me: { visitor: visitor.id, username: visitor.username, role, account, muted: isMuted(profile) },
      rules: await moderation.rulesOf(room),
      messages: step.type === 'page' ? step.entries.filter(({ type }) => kindOf(type)) : [],
      cursor: step.cursor,
      earliest: step.earliest,
      writing: request.query.write !== undefined,
    });
  };
}
