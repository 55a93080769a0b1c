import type { Request, RequestHandler, Response } from 'express';
import type { AccessControl } from '../access/access-control';
import type { Visitor } from '../identity/visitor';
import type { Services } from './services';

/** How many messages an answer holds for one point of the reading allowance. */
const MESSAGES_PER_READ = 50;

/** Lets requests pass of those who may come in; the routes behind it find them by {@link visitorOf}. */
export function authorize(access: AccessControl): RequestHandler {
  return async (request, response, next) => {
    const visitor = await (opensPage(request) ? access.authorizePage(request) : access.authorize(request));
    Object.assign(response.locals, { visitor, recheck: () => access.recheck(visitor) });
    next();
  };
}

/** Counts the reads of those who were admitted, and lets them take turns. */
export function chargeReads(services: Services): RequestHandler {
  return async (request, response, next) => {
    if (request.method === 'GET' || request.method === 'HEAD') {
      const visitor = visitorOf(response);
      services.limits.takeRead(visitor);
      await waitForTurn(services, visitor);
    }
    next();
  };
}

/**
 * Waits for the turn of somebody who was admitted.
 * @throws {Refusal} 401 or 403 if their access has ended meanwhile.
 */
export async function waitForTurn({ access, scheduler }: Services, visitor: Visitor): Promise<void> {
  const waiting = scheduler.wait(visitor.address);
  if (!waiting) return;
  await waiting;
  await access.recheck(visitor);
}

/** Lets requests take turns that are not counted: there are many to a page, and each costs little. */
export function scheduleRequests({ access, scheduler }: Services): RequestHandler {
  return async (request, _response, next) => {
    await scheduler.wait(access.addressOf(request));
    next();
  };
}

/** Who sent the request that is answered. */
export function visitorOf(response: Response): Visitor {
  return response.locals.visitor as Visitor;
}

/** Counts one more read for each 50 messages of an answer beyond the first 50. */
export function chargeAnswer({ limits }: Services, response: Response, { length }: readonly unknown[]): void {
  const more = Math.ceil(length / MESSAGES_PER_READ) - 1;
  if (more > 0) limits.count('reads', visitorOf(response), more);
}

/** Whether a person opens an address, as a browser asks then. */
function opensPage(request: Request): boolean {
  return request.method === 'GET' && request.accepts(['json', 'html']) === 'html';
}
