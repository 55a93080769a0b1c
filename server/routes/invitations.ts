import { Router, urlencoded, type Request } from 'express';
import type { AccessControl } from '../access/access-control';
import type { Invitation, Invitations } from '../accounts/invitations';
import { BODY_LIMITS, jsonBody } from '../http/body';
import type { Visitors } from '../identity/visitors';
import { authorize, visitorOf } from '../transports/authorization';
import { checkInvitationDraft, checkSecret } from '../validation/accounts';
import { renderPage } from './render';
import { iso } from './times';

const form = urlencoded({ extended: false, ...BODY_LIMITS });

/**
 * Invitations over REST, and the page that an invitation link opens.
 * @param originOf returns the origin of the links.
 */
export function invitationRoutes(
  invitations: Invitations,
  visitors: Visitors,
  access: AccessControl,
  originOf: (request: Request) => string,
): Router {
  const router = Router();

  // The secret is in the fragment, which browsers do not send, so no proxy logs it. Messengers and mail scanners open
  // links, so only a click on the page accepts the invitation.
  router.get('/invite', async (request, response) => {
    const { setCookie } = await visitors.identifyBrowser(request);
    response.set({ 'Set-Cookie': setCookie, 'Cache-Control': 'no-store' });
    renderPage(request, response, 'invite');
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
    response.redirect(303, (await access.isAdmitted(visitor)) ? '/' : '/account');
  });

  router.use('/invitations', authorize(access));
  router.get('/invitations', async (_request, response) => {
    const all = await invitations.list(visitorOf(response));
    response.set('Cache-Control', 'no-store').json(all.map(toWire));
  });

  router.post('/invitations', jsonBody, async (request, response) => {
    const { invitation, secret } = await invitations.create(
      visitorOf(response),
      checkInvitationDraft(request.body),
    );
    response.status(201).json({ ...toWire(invitation), url: `${originOf(request)}/invite#${secret}` });
  });

  router.delete('/invitations/:id', async (request, response) => {
    await invitations.revoke(visitorOf(response), request.params.id);
    response.status(204).end();
  });

  return router;
}

/** Returns an invitation as it crosses the wire. */
function toWire(invitation: Invitation): object {
  return { ...invitation, until: iso(invitation.until), at: iso(invitation.at) };
}
