import type { Request, RequestHandler, Response } from 'express';
import type { Door } from './door';
import type { Visitor } from './visitor';

/** Lets requests pass of those who may come in; the routes behind it find them by {@link visitorOf}. */
export function admission(door: Door): RequestHandler {
  return async (request, response, next) => {
    response.locals.visitor = await (opensPage(request) ? door.admitToOpen(request) : door.admit(request));
    next();
  };
}

/** Who sent the request that is answered. */
export function visitorOf(response: Response): Visitor {
  return response.locals.visitor as Visitor;
}

/** Whether a person opens an address, as a browser asks then. */
function opensPage(request: Request): boolean {
  return request.method === 'GET' && request.accepts(['json', 'html']) === 'html';
}
