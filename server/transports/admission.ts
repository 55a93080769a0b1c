import type { Request, RequestHandler, Response } from 'express';
import type { Door } from '../access/door';
import type { Visitor } from '../identity/visitor';
import type { Parts } from './session';

/** How many messages an answer holds for one point of the reading allowance. */
const MESSAGES_PER_READ = 50;

/** Lets requests pass of those who may come in; the routes behind it find them by {@link visitorOf}. */
export function admission(door: Door): RequestHandler {
  return async (request, response, next) => {
    const visitor = await (opensPage(request) ? door.admitToOpen(request) : door.admit(request));
    Object.assign(response.locals, { visitor, readmit: () => door.mayStay(visitor) });
    next();
  };
}

/** Counts the reads of those who were admitted, and lets them take turns. */
export function countReads(parts: Parts): RequestHandler {
  return async (request, response, next) => {
    if (request.method === 'GET' || request.method === 'HEAD') {
      const visitor = visitorOf(response);
      parts.limits.takeRead(visitor);
      await awaitTurn(parts, visitor);
    }
    next();
  };
}

/**
 * Waits for the turn of somebody who was admitted.
 * @throws {Refusal} 401 or 403 if their access has ended meanwhile.
 */
export async function awaitTurn({ door, turns }: Parts, visitor: Visitor): Promise<void> {
  const waiting = turns.take(visitor.address);
  if (!waiting) return;
  await waiting;
  await door.mayStay(visitor);
}

/** Lets requests take turns that are not counted: there are many to a page, and each costs little. */
export function takeTurns({ door, turns }: Parts): RequestHandler {
  return async (request, _response, next) => {
    await turns.take(door.addressOf(request));
    next();
  };
}

/** Who sent the request that is answered. */
export function visitorOf(response: Response): Visitor {
  return response.locals.visitor as Visitor;
}

/** Counts one more read for each 50 messages of an answer beyond the first 50. */
export function countAnswer({ limits }: Parts, response: Response, { length }: readonly unknown[]): void {
  const more = Math.ceil(length / MESSAGES_PER_READ) - 1;
  if (more > 0) limits.count('reads', visitorOf(response), more);
}

/** Whether a person opens an address, as a browser asks then. */
function opensPage(request: Request): boolean {
  return request.method === 'GET' && request.accepts(['json', 'html']) === 'html';
}
