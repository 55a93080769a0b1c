import type { RequestHandler, Response } from 'express';
import type { Door } from './door';
import type { Visitor } from './visitor';

/** Lets requests pass of those who may come in; the routes behind it find them by {@link visitorOf}. */
export function admission(door: Door): RequestHandler {
  return async (request, response, next) => {
    response.locals.visitor = await door.admit(request);
    next();
  };
}

/** Who sent the request that is answered. */
export function visitorOf(response: Response): Visitor {
  return response.locals.visitor as Visitor;
}
