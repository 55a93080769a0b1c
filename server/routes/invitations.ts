import { Router, urlencoded, type Request } from 'express';
import type { AccessControl } from '../access/access-control';
import type { Invitation, Invitations } from '../accounts/invitations';
import { BODY_LIMITS, jsonBody } from '../http/body';
import type { Visitors } from '../identity/visitors';
import { authorize, visitorOf } from '../transports/authorization';
import { checkInvitationDraft, checkSecret } from '../validation/accounts';
import { iso } from './times';

const form = urlencoded({ extended: false, ...BODY_LIMITS });

/**
 * Invitation links: opened by anybody, created and revoked by owners.
 * @param originOf the origin that links are made with.
 */
export function invitationRoutes(
  invitations: Invitations,
  visitors: Visitors,
  access: AccessControl,
  originOf: (request: Request) => string,
): Router {
  const router = Router();

  // The secret is in the link's fragment, which browsers keep to themselves: it would stay in the logs of proxies. And
  // what opens links before people do, as messengers and mail scanners, uses none up: coming in takes a click.
  router.get('/invite', async (request, response) => {
    const { setCookie } = await visitors.identifyBrowser(request);
    response.set({ 'Set-Cookie': setCookie, 'Cache-Control': 'no-store' }).render('invite');
  });

  router.post('/invite/preview', jsonBody, async (request, response) => {
    const { role } = await invitations.find(checkSecret(request.body));
    response.set('Cache-Control', 'no-store').json({ role });
  });

  router.post('/invite', form, async (request, response) => {
    await visitors.identify(request);
    const secret = checkSecret(request.body);
    const { visitor, setCookie } = await visitors.identifyBrowser(request);
    await invitations.redeem(visitor, secret);
    response.set({ 'Set-Cookie': setCookie, 'Cache-Control': 'no-store' });
    response.redirect(303, (await access.isAuthorized(visitor)) ? '/' : '/account');
  });

  router.use('/invitations', authorize(access));
  router.get('/invitations', async (_request, response) => {
    const all = await invitations.list(visitorOf(response));
    response.set('Cache-Control', 'no-store').json(all.map(told));
  });

  router.post('/invitations', jsonBody, async (request, response) => {
    const { invitation, secret } = await invitations.make(
      visitorOf(response),
      checkInvitationDraft(request.body),
    );
    response.status(201).json({ ...told(invitation), url: `${originOf(request)}/invite#${secret}` });
  });

  router.delete('/invitations/:id', async (request, response) => {
    await invitations.revoke(visitorOf(response), request.params.id);
    response.status(204).end();
  });

  return router;
}

/** A link as it crosses the wire. */
function told(invitation: Invitation): object {
  return { ...invitation, until: iso(invitation.until), at: iso(invitation.at) };
}
