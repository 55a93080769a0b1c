import { Router, type Request, type Response } from 'express';
import { checkRoom } from '../check';
import type { Log } from '../log';
import type { Visitors } from '../visitor';

/** How many messages the page brings with it. */
const SHOWN = 50;

/** The page of a room, with its last messages and the cursor that its script goes on from. */
export function pageRoutes(log: Log, visitors: Visitors): Router {
  const render = async (request: Request, response: Response): Promise<void> => {
    const room = checkRoom(request.params.room);
    const step = await log.after(room, await log.start(room, { last: SHOWN }), SHOWN);
    const { visitor, setCookie } = await visitors.welcome(request);
    response.set({ 'Set-Cookie': setCookie, 'Cache-Control': 'no-store' });
    response.render('chat', {
      room,
      me: { visitor: visitor.id, username: visitor.username },
      messages: step.type === 'page' ? step.entries : [],
      cursor: step.cursor,
      earliest: step.earliest,
    });
  };
  return Router().get('/', render).get('/r/:room', render);
}
