import { Router, type Request, type Response } from 'express';
import type { AuthorizedRoom } from '../access/room-access';
import type { Members } from '../chat/members';
import type { RoomList } from '../chat/room-list';
import type { Rooms } from '../chat/rooms';
import { jsonBody } from '../http/body';
import { parseCursor } from '../log/cursor';
import { chargeAnswer, visitorOf } from '../transports/authorization';
import { goneBody } from '../transports/cursor-gone';
import type { Services } from '../transports/services';
import { checkVisitor } from '../validation/accounts';
import { checkRoom } from '../validation/messages';
import {
  checkMemberPaging,
  checkPeople,
  checkReadPosition,
  checkRoomChange,
  checkRoomDraft,
  checkRoomSearch,
} from '../validation/rooms';
import { languageOf } from '../words/language';
import { iso } from './times';

/** Rooms and their members over REST. */
export function roomsRoutes(rooms: Rooms, members: Members, list: RoomList, services: Services): Router {
  const router = Router();
  const roomOf = async (request: Request, response: Response): Promise<AuthorizedRoom> =>
    services.rooms.authorize(visitorOf(response), checkRoom(request.params.room));

  router.use('/rooms', (_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });

  router.get('/rooms', async (request, response) => {
    const { find, after, limit } = checkRoomSearch(request.query);
    const me = visitorOf(response);
    const found = find === undefined ? await list.of(me) : await list.find(me, find, after, limit);
    chargeAnswer(services, response, found);
    response.json(found);
  });

  router.post('/rooms', jsonBody, async (request, response) => {
    const me = visitorOf(response);
    const room = await rooms.create(me, checkRoomDraft(request.body));
    response
      .status(201)
      .location(`/rooms/${room}`)
      .json(await list.one(me, room));
  });

  router.post('/rooms/direct', jsonBody, async (request, response) => {
    const me = visitorOf(response);
    const room = await rooms.openDirect(me, checkPeople(request.body));
    response.location(`/rooms/${room}`).json(await list.one(me, room));
  });

  router
    .route('/rooms/:room')
    .get(async (request, response) => {
      response.json(await list.one(visitorOf(response), await roomOf(request, response)));
    })
    .patch(jsonBody, async (request, response) => {
      const room = await roomOf(request, response);
      await rooms.edit(visitorOf(response), room, checkRoomChange(request.body));
      response.json(await list.one(visitorOf(response), room));
    });

  router.put('/rooms/:room/read', jsonBody, async (request, response) => {
    const me = visitorOf(response);
    const room = await roomOf(request, response);
    services.visitorLimits.consume('reads', me);
    const cursor = checkReadPosition(request.body);
    const step = await services.log.after(room, cursor, 1);
    if (step.type === 'reset') return void response.status(410).json(goneBody(step, languageOf(request)));
    await members.setRead(me, room, parseCursor(cursor).seq);
    response.status(204).end();
  });

  router.get('/rooms/:room/members', async (request, response) => {
    const room = await roomOf(request, response);
    const { after, limit } = checkMemberPaging(request.query);
    const found = await members.list(room, after, limit);
    chargeAnswer(services, response, found);
    response.json(found.map((member) => ({ ...member, at: iso(member.at) })));
  });

  router
    .route('/rooms/:room/members/:visitor')
    .put(async (request, response) => {
      const room = await roomOf(request, response);
      await members.add(visitorOf(response), room, memberOf(request, response));
      response.status(204).end();
    })
    .delete(async (request, response) => {
      const room = await roomOf(request, response);
      await members.remove(visitorOf(response), room, memberOf(request, response));
      response.status(204).end();
    });

  return router;
}

/** Returns the visitor that a path names. */
function memberOf(request: Request, response: Response): string {
  const visitor = checkVisitor(request.params.visitor);
  return visitor === 'me' ? visitorOf(response).id : visitor;
}
