import { Router, type Request, type Response } from 'express';
import type { Availability } from '../access/availability';
import { Refusal } from '../refusal';

/**
 * Serves `/livez` and `/readyz`, to everybody. A supervisor restarts a process that does not answer the first; a balancer
 * sends no requests to a node that refuses the second, with 503.
 */
export function healthRoutes(availability: Availability): Router {
  const router = Router();
  router.get('/livez', (request, response) => answer(request, response, 'live'));
  router.get('/readyz', (request, response) => {
    availability.checkReady();
    answer(request, response, 'ready');
  });
  return router;
}

function answer(request: Request, response: Response, status: string): void {
  response.vary('Accept').set('Cache-Control', 'no-store');
  switch (request.accepts(['application/json', 'text/plain'])) {
    case 'application/json':
      return void response.json({ status });
    case 'text/plain':
      return void response.type('text/plain').send(`${status}\n`);
    default:
      throw new Refusal('not_acceptable', 'acceptHealth');
  }
}
