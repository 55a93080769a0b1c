import { Router, type Request, type Response } from 'express';
import type { AccessControl } from '../access/access-control';
import { accountOverview } from '../accounts/account-overview';
import type { AccountServices } from '../accounts/account-services';
import type { Credential } from '../accounts/credential';
import { jsonBody } from '../http/body';
import type { Addresses } from '../identity/address';
import type { Devices } from '../identity/devices';
import { describeUserAgent } from '../identity/user-agent';
import type { Visitors } from '../identity/visitors';
import {
  checkAuthentication,
  isPasskeyResponse,
  checkNameAndPassword,
  checkLabel,
  checkPassword,
  checkRegistration,
} from '../validation/accounts';
import { checkRoom } from '../validation/messages';
import { languageOf } from '../words/language';
import { inLanguage } from '../words/sentence';
import { renderPage } from './render';
import { iso } from './times';

/**
 * Accounts and sessions over REST, and the account page. Visitors without access can use them, too.
 * @param originOf returns the origin of a passkey; see {@link passkeyOrigin}.
 */
export function accountRoutes(
  services: AccountServices,
  visitors: Visitors,
  access: AccessControl,
  addresses: Addresses,
  devices: Devices,
  originOf: (request: Request) => string,
): Router {
  const { accounts, signIn, credentials, passkeys } = services;
  const router = Router();
  router.use(['/account', '/sessions'], (request, response, next) => {
    response.set('Cache-Control', 'no-store');
    if (request.method !== 'GET') access.refuseToken(request);
    next();
  });

  router.get('/account', async (request, response) => {
    const json = request.accepts(['json', 'html']) === 'json';
    if (json) await visitors.identify(request);
    const { visitor, setCookie } = await visitors.identifyBrowser(request);
    const overview = await accountOverview(visitor, services, visitors, access);
    response.vary('Accept').set('Set-Cookie', setCookie);
    if (!json) {
      const ban = overview.ban && inLanguage(overview.ban.sentence, languageOf(request));
      return renderPage(request, response, 'account', {
        ...overview,
        ban,
        room: checkRoom(request.query.room),
      });
    }
    response.json({
      ...overview.me,
      grants: overview.credentials.map(toWire),
      passkeys: overview.passkeys.map(({ id, at }) => ({ id, at: iso(at) })),
    });
  });

  router.put('/account/password', jsonBody, async (request, response) => {
    const visitor = await access.authorizeSignUp(request);
    const secret = await accounts.setPassword(visitor, checkPassword(request.body), browserLabel(request));
    if (secret) setCookies(request, response, visitor.id, secret);
    response.status(204).end();
  });

  router.post('/account/passkeys/options', jsonBody, async (request, response) => {
    const visitor = await access.authorizeSignUp(request);
    response.json(await accounts.registrationOptions(originOf(request), visitor));
  });

  router.post('/account/passkeys', jsonBody, async (request, response) => {
    const visitor = await access.authorizeSignUp(request);
    const passkey = checkRegistration(request.body);
    const secret = await accounts.addPasskey(originOf(request), visitor, passkey, browserLabel(request));
    if (secret) setCookies(request, response, visitor.id, secret);
    response.status(201).json({});
  });

  router.delete('/account/passkeys/:id', async (request, response) => {
    const { id } = await visitors.identify(request);
    await passkeys.remove(id, request.params.id);
    response.status(204).end();
  });

  router.post('/account/tokens', jsonBody, async (request, response) => {
    const label = checkLabel(request.body);
    const { credential, secret } = await credentials.createToken(await access.authorize(request), label);
    response.status(201).json({ ...toWire(credential), token: secret });
  });

  router.delete('/account/grants/:id', async (request, response) => {
    await credentials.revoke(await visitors.identify(request), request.params.id);
    response.status(204).end();
  });

  router.post('/sessions/options', jsonBody, async (request, response) => {
    const visitor = await visitors.identifyOrReset(request);
    response.json(await signIn.passkeyOptions(originOf(request), visitor, devices.ofAny(request)));
  });

  router.post('/sessions', jsonBody, async (request, response) => {
    const body: unknown = request.body;
    const browser = {
      address: addresses.of(request),
      deviceOf: (visitor: string) => devices.of(request, visitor),
      label: browserLabel(request),
    };
    const {
      visitor: id,
      credential,
      secret,
    } = isPasskeyResponse(body)
      ? await signIn.withPasskey(originOf(request), checkAuthentication(body), browser)
      : await signIn.withPassword(checkNameAndPassword(body), browser);
    const { username, role } = await visitors.profileById(id);
    setCookies(request, response, id, secret);
    response.status(201).json({ visitor: id, username, role, grant: toWire(credential) });
  });

  router.delete('/sessions', async (request, response) => {
    const visitor = await visitors.identifyOrReset(request);
    if (visitor.credential) await credentials.revoke(visitor, visitor.credential);
    response.set('Set-Cookie', visitors.signOutCookie(request)).status(204).end();
  });

  /** Signs a browser in to an account, and marks it as a device of the account. */
  function setCookies(request: Request, response: Response, visitor: string, secret: string): void {
    response.set('Set-Cookie', [visitors.signInCookie(request, secret), devices.cookieFor(request, visitor)]);
  }

  return router;
}

/** Returns a session or token as it crosses the wire. */
function toWire<T extends Credential>(
  credential: T,
): Omit<T, 'at' | 'used'> & { at: string | null; used: string | null } {
  return { ...credential, at: iso(credential.at), used: iso(credential.used) };
}

/** Returns the name of the browser that sent a request, for the list of sessions. */
function browserLabel(request: Request): string {
  return describeUserAgent(request.get('User-Agent'));
}
