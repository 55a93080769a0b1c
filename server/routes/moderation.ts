import { Router } from 'express';
import { isAtLeast } from '../access/role';
import type { RoomAccess } from '../access/room-access';
import type { Invitations } from '../accounts/invitations';
import type { AuditLog } from '../chat/audit-log';
import type { Deletions } from '../chat/deletions';
import type { Moderation } from '../chat/moderation';
import type { Rules } from '../chat/rules';
import { jsonBody } from '../http/body';
import type { Visitors } from '../identity/visitors';
import type { AuditedAction } from '../log/audited-action';
import { visitorOf } from '../transports/authorization';
import {
  checkBan,
  checkAuditQuery,
  checkRole,
  checkRules,
  checkDuration,
  checkVisitor,
} from '../validation/accounts';
import { checkDeletion, checkRoom } from '../validation/messages';
import { languageOf } from '../words/language';
import { renderPage } from './render';
import { iso } from './times';

const isRevocation = ({ action }: AuditedAction): boolean => action === 'revoke_invitation';

/** The services that the moderation routes call. */
interface ModerationServices {
  moderation: Moderation;
  rules: Rules;
  deletions: Deletions;
  auditLog: AuditLog;
  invitations: Invitations;
  visitors: Visitors;
  rooms: RoomAccess;
}

/** Moderation over REST, and the moderation page. */
export function moderationRoutes({
  moderation,
  rules,
  deletions,
  auditLog,
  invitations,
  visitors,
  rooms,
}: ModerationServices): Router {
  const router = Router();

  router.delete('/r/:room/messages/:id', async (request, response) => {
    const { room, id } = checkDeletion(request.params);
    await deletions.delete(visitorOf(response), room, id);
    response.status(204).end();
  });

  router
    .route('/r/:room/rules')
    .get(async (request, response) => {
      const room = await rooms.authorize(visitorOf(response), checkRoom(request.params.room));
      response.set('Cache-Control', 'no-store').json(await rules.of(room));
    })
    .put(jsonBody, async (request, response) => {
      const room = await rooms.authorize(visitorOf(response), checkRoom(request.params.room));
      response.json(await rules.change(visitorOf(response), room, checkRules(request.body)));
    });

  router
    .route('/people/:visitor/mute')
    .put(jsonBody, async (request, response) => {
      const minutes = checkDuration(request.body);
      await moderation.mute(visitorOf(response), checkVisitor(request.params.visitor), minutes);
      response.status(204).end();
    })
    .delete(async (request, response) => {
      await moderation.unmute(visitorOf(response), checkVisitor(request.params.visitor));
      response.status(204).end();
    });

  router
    .route('/people/:visitor/ban')
    .put(jsonBody, async (request, response) => {
      const { minutes, address } = checkBan(request.body);
      await moderation.ban(visitorOf(response), checkVisitor(request.params.visitor), minutes, address);
      response.status(204).end();
    })
    .delete(async (request, response) => {
      await moderation.unban(visitorOf(response), checkVisitor(request.params.visitor));
      response.status(204).end();
    });

  router.put('/people/:visitor/role', jsonBody, async (request, response) => {
    const role = checkRole(request.body);
    await moderation.setRole(visitorOf(response), checkVisitor(request.params.visitor), role);
    response.status(204).end();
  });

  router.get('/people', async (_request, response) => {
    const people = (await moderation.moderatedPeople(visitorOf(response))).map((person) => ({
      ...person,
      mutedUntil: iso(person.mutedUntil),
      bannedUntil: iso(person.bannedUntil),
    }));
    response.set('Cache-Control', 'no-store').json(people);
  });

  router.get('/audit', async (request, response) => {
    const { before, limit } = checkAuditQuery(request.query);
    response.set('Cache-Control', 'no-store');
    const entries = await auditLog.read(visitorOf(response), before, limit);
    response.json(entries.map((entry) => ({ ...entry, at: iso(entry.at) })));
  });

  router.get('/moderation', async (request, response) => {
    const me = visitorOf(response);
    const people = await moderation.moderatedPeople(me);
    const owner = isAtLeast((await visitors.profileOf(me)).role, 'owner');
    const entries = owner ? await auditLog.read(me, Infinity, 100) : [];
    response.set('Cache-Control', 'no-store');
    renderPage(request, response, 'moderation', {
      me: me.id,
      owner,
      people,
      invitations: owner ? await invitations.list(me) : [],
      auditLog: await auditLog.describe(entries, languageOf(request)),
      revoked: new Set(entries.filter(isRevocation).map(({ target }) => target)),
      room: checkRoom(request.query.room),
    });
  });

  return router;
}
