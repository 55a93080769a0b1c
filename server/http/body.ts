import { json, Router, type RequestHandler } from 'express';
import { BODY_MAX } from '../access/body-size';
import { Refusal } from '../refusal';

/**
 * What holds for every body, whatever its type: up to 64 KB, and not compressed: a few bytes of Brotli take 16 MB to unpack,
 * whatever comes of it.
 */
export const BODY_LIMITS = { limit: BODY_MAX, inflate: false };

const refuseOthers: RequestHandler = (request, _response, next) => {
  // `null` is a request without a body: it is refused for what is missing in it.
  if (request.is('json') === false) {
    throw new Refusal('unsupported_type', 'Send JSON, with the header "Content-Type: application/json".');
  }
  next();
};

/**
 * Checks those who were admitted once more when the body of their request is there: it may take half a minute to
 * arrive, and their access may have ended meanwhile.
 */
export const recheckAfterBody: RequestHandler = async (_request, response, next) => {
  await (response.locals.readmit as (() => Promise<void>) | undefined)?.();
  next();
};

/**
 * Reads the JSON body of a write.
 * Other types are refused, not ignored: a foreign page can send those without being asked first (CORS).
 */
export const jsonBody = Router().use(refuseOthers, json(BODY_LIMITS), recheckAfterBody);
