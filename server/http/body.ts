import { json, Router, type RequestHandler } from 'express';
import { BODY_MAX } from '../access/body-size';
import { Refusal } from '../refusal';

/** The limits of a body of any type. Compressed ones are refused: unpacking 14 bytes of Brotli can take 16 MB. */
export const BODY_LIMITS = { limit: BODY_MAX, inflate: false };

const refuseOtherTypes: RequestHandler = (request, _response, next) => {
  // `null` is a request without a body: it is refused for the fields that are missing.
  if (request.is('json') === false) {
    throw new Refusal('unsupported_type', 'jsonExpected');
  }
  next();
};

/** Rechecks access after the body has arrived: that may take 30 s, and access may have ended in the meantime. */
export const recheckAfterBody: RequestHandler = async (_request, response, next) => {
  await (response.locals.recheck as (() => Promise<void>) | undefined)?.();
  next();
};

/** Parses a JSON body. Other types are refused, not ignored: a foreign page can send some without a CORS preflight. */
export const jsonBody = Router().use(refuseOtherTypes, json(BODY_LIMITS), recheckAfterBody);
