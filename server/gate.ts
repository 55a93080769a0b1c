import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Door } from './door';
import { FOREIGN, mayAsk } from './origin';
import { errorBody, Refusal } from './refusal';
import { releaseWith } from './release';
import { turnAway } from './upgrade';

/**
 * Looks at each request and handshake before Engine.IO does, which would ask about the first of a connection only, and
 * whose `cors` says nothing about WebSocket.
 */
export class Gate {
  /** The places of handshakes that are not connections yet. */
  private readonly reserved = new WeakMap<IncomingMessage, () => void>();

  constructor(
    private readonly door: Door,
    private readonly corsOrigins: readonly string[],
  ) {}

  /** Engine.IO's middleware. */
  readonly look = (request: IncomingMessage, response: ServerResponse | object, next: () => void): void => {
    const { searchParams: query } = new URL(request.url ?? '', 'http://localhost');
    try {
      if (!mayAsk(request, this.corsOrigins)) throw new Refusal(403, FOREIGN);
      // Any page could load the answers as a script, and browsers don't say then where that stands.
      if (query.has('j')) throw new Refusal(400, 'There is no JSONP here.');
      // Over WebSocket, Engine.IO would say so only after the upgrade.
      if (query.get('EIO') !== '4')
        throw new Refusal(400, 'Speak Engine.IO 4, as Socket.IO does since its version 3.');
      if (!query.get('sid')) this.reserve(request, response);
    } catch (error) {
      const body = errorBody(error);
      if (!(response instanceof ServerResponse)) return turnAway(request.socket, body);
      response.writeHead(body.status, { 'Content-Type': 'application/json; charset=utf-8' });
      response.end(JSON.stringify(body));
      return;
    }
    next();
  };

  /** Hands over the place of a handshake to the connection that came of it. @returns the function that releases it. */
  takeOver(request: IncomingMessage): (() => void) | undefined {
    const release = this.reserved.get(request);
    this.reserved.delete(request);
    return release;
  }

  private reserve(request: IncomingMessage, response: ServerResponse | object): void {
    this.reserved.set(request, this.door.admitHandshake(request));
    // If no connection comes of it, nothing else releases its place.
    releaseWith(response instanceof ServerResponse ? response : request.socket, () =>
      this.takeOver(request)?.(),
    );
  }
}
