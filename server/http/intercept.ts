import type { IncomingMessage, Server, ServerResponse } from 'node:http';

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Runs a step before all listeners for requests, Socket.IO's included. The step answers a request by itself, or calls
 * `proceed`, now or later. Call it after all listeners are registered.
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
