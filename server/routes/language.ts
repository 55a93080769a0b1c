import { Router, urlencoded } from 'express';
import { BODY_LIMITS } from '../http/body';
import { checkLanguage } from '../validation/language';
import { languageCookie } from '../words/language';

/** Serves `POST /language`, the switch of languages on every page, also for visitors without access. */
export function languageRoute(): Router {
  const router = Router();
  router.post('/language', urlencoded({ extended: false, ...BODY_LIMITS }), (request, response) => {
    const cookie = languageCookie(checkLanguage(request.body));
    response.set({ 'Set-Cookie': cookie, 'Cache-Control': 'no-store' });
    response.redirect(303, pathOf(request.get('Referer')));
  });
  return router;
}

/** Returns the path and query of the page that sent a request; of any other server's page, those of this server. */
function pathOf(referrer = ''): string {
  if (!URL.canParse(referrer)) return '/';
  const { pathname, search } = new URL(referrer);
  // `//host` in a Location header would be another server.
  return /^\/(?!\/)/.test(pathname) ? pathname + search : '/';
}
