import type { Request, RequestHandler, Response } from 'express';
import type { AccessControl } from '../access/access-control';
import type { Visitor } from '../identity/visitor';
import type { Services } from './services';

/** How many messages of a response cost one read. */
const MESSAGES_PER_READ = 50;

/** Refuses requests of visitors without access. Later handlers get the visitor from {@link visitorOf}. */
export function authorize(access: AccessControl): RequestHandler {
  return async (request, response, next) => {
    const visitor = await (opensPage(request) ? access.authorizePage(request) : access.authorize(request));
    Object.assign(response.locals, { visitor, recheck: () => access.recheck(visitor) });
    next();
  };
}

/** Charges a read for each GET and HEAD, and waits for the turn of its address. */
export function chargeReads(services: Services): RequestHandler {
  return async (request, response, next) => {
    if (request.method === 'GET' || request.method === 'HEAD') {
      const visitor = visitorOf(response);
      services.visitorLimits.consumeRead(visitor);
      await waitForTurn(services, visitor);
    }
    next();
  };
}

/**
 * Waits for the turn of a visitor's address.
 * @throws {Refusal} if the visitor's access has ended in the meantime.
 */
export async function waitForTurn({ access, scheduler }: Services, visitor: Visitor): Promise<void> {
  const turn = scheduler.wait(visitor.address);
  if (!turn) return;
  await turn;
  await access.recheck(visitor);
}

/** Waits for the turn of an address without charging a read: a page loads many assets, and each costs little. */
export function scheduleRequests({ addressLimits, scheduler }: Services): RequestHandler {
  return async (request, _response, next) => {
    await scheduler.wait(addressLimits.addressOf(request));
    next();
  };
}

/** Returns the visitor who sent a request. */
export function visitorOf(response: Response): Visitor {
  return response.locals.visitor as Visitor;
}

/** Charges another read for each 50 messages of a response beyond the first 50. */
export function chargeAnswer(
  { visitorLimits }: Services,
  response: Response,
  { length }: readonly unknown[],
): void {
  const more = Math.ceil(length / MESSAGES_PER_READ) - 1;
  if (more > 0) visitorLimits.count('reads', visitorOf(response), more);
}

/** Returns whether a browser opens a page, and not a script. */
function opensPage(request: Request): boolean {
  return request.method === 'GET' && request.accepts(['json', 'html']) === 'html';
}
