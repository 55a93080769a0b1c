import { Router, urlencoded } from 'express';
import { BODY_LIMITS } from '../http/body';
import { checkLanguageChoice } from '../validation/language';
import { languageCookie } from '../words/language';

/** Serves `POST /language`, the switch of languages on every page, also for visitors without access. */
export function languageRoute(): Router {
  const router = Router();
  router.post('/language', urlencoded({ extended: false, ...BODY_LIMITS }), (request, response) => {
    const { language, back } = checkLanguageChoice(request.body);
    response.set({ 'Set-Cookie': languageCookie(language), 'Cache-Control': 'no-store' });
    response.redirect(303, back);
  });
  return router;
}
