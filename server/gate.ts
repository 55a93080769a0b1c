import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Door } from './door';
import { FOREIGN, mayAsk } from './origin';
import { errorBody, Refusal } from './refusal';
import { turnAway } from './upgrade';

/**
 * Looks at each request and handshake before Engine.IO does, which would ask about the first of a connection only, and
 * whose `cors` says nothing about WebSocket.
 */
export function gate(door: Door, corsOrigins: readonly string[]) {
  return (request: IncomingMessage, response: ServerResponse | object, next: () => void): void => {
    const { searchParams: query } = new URL(request.url ?? '', 'http://localhost');
    try {
      if (!mayAsk(request, corsOrigins)) throw new Refusal(403, FOREIGN);
      // Any page could load the answers as a script, and browsers don't say then where that stands.
      if (query.has('j')) throw new Refusal(400, 'There is no JSONP here.');
      // Over WebSocket, Engine.IO would say so only after the upgrade.
      if (query.get('EIO') !== '4')
        throw new Refusal(400, 'Speak Engine.IO 4, as Socket.IO does since its version 3.');
      if (!query.get('sid')) door.askToKnock(request);
    } catch (error) {
      const body = errorBody(error);
      if (!(response instanceof ServerResponse)) return turnAway(request.socket, body);
      response.writeHead(body.status, { 'Content-Type': 'application/json; charset=utf-8' });
      response.end(JSON.stringify(body));
      return;
    }
    next();
  };
}
