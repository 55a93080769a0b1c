import type { RequestHandler } from 'express';
import type { AuthorizedLog } from '../access/authorized-log';
import type { RoomAccess } from '../access/room-access';
import type { Rules } from '../chat/rules';
import { isMuted } from '../chat/write-access';
import { kindOf } from '../entry-kinds';
import type { Visitors } from '../identity/visitors';
import { visitorOf } from '../transports/authorization';
import { checkRoom } from '../validation/messages';
import { renderPage } from './render';

/** The number of messages in the page; its script loads older ones. */
const MESSAGES = 50;

/**
 * Serves the page of a room: its newest messages, and the cursor from which the script continues. Without scripts, the
 * page refreshes itself; with `?write`, it has a form to write instead.
 */
export function page(
  log: AuthorizedLog,
  rooms: RoomAccess,
  visitors: Visitors,
  rules: Rules,
): RequestHandler {
  return async (request, response) => {
    const room = await rooms.authorize(visitorOf(response), checkRoom(request.params.room));
    const step = await log.page(room, { last: MESSAGES }, MESSAGES);
    const { visitor, setCookie } = await visitors.identifyBrowser(request);
    const profile = await visitors.profileOf(visitor);
    const { role, account } = profile;
    response.set({ 'Set-Cookie': setCookie, 'Cache-Control': 'no-store' });
    renderPage(request, response, 'chat', {
      room,
      me: { visitor: visitor.id, username: visitor.username, role, account, muted: isMuted(profile) },
      rules: await rules.of(room),
      oldest: step.type === 'page' ? step.entries[0]?.cursor : undefined,
      messages: step.type === 'page' ? step.entries.filter(({ type }) => kindOf(type)) : [],
      cursor: step.cursor,
      earliest: step.earliest,
      writing: request.query.write !== undefined,
    });
  };
}
