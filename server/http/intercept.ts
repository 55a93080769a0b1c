import type { IncomingMessage, Server, ServerResponse } from 'node:http';

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Puts a step before everything that answers requests, Socket.IO's listener included: it answers a request by itself,
 * or calls `proceed`, now or later. Call it when all listeners are there.
 */
export function intercept(
  server: Server,
  step: (request: IncomingMessage, response: ServerResponse, proceed: () => void) => void,
): void {
  const listeners = server.listeners('request') as Listener[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    step(request, response, () => {
      for (const listener of listeners) listener.call(server, request, response);
    });
  });
}
