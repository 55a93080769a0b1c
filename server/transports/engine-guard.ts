import { ServerResponse, type IncomingMessage } from 'node:http';
import type { AccessControl } from '../access/access-control';
import { FOREIGN_ORIGIN, isAllowedOrigin } from '../access/origin';
import { releaseOnClose } from '../http/on-close';
import { rejectRequest, rejectUpgrade } from '../http/reject';
import { checkRequest } from '../http/request';
import { Throttle } from '../http/throttle';
import { errorBody, Refusal } from '../refusal';

/**
 * Looks at each request and handshake before Engine.IO does, which would ask about the first of a connection only, and
 * whose `cors` says nothing about WebSocket.
 */
export class EngineGuard {
  /** The places of polling handshakes that are not connections yet. */
  private readonly reserved = new WeakMap<IncomingMessage, () => void>();
  private readonly throttle: Throttle;

  constructor(
    private readonly access: AccessControl,
    private readonly corsOrigins: readonly string[],
    /** The ids of the open Engine.IO sessions. */
    private readonly sids: ReadonlySet<string>,
  ) {
    this.throttle = new Throttle(access);
  }

  /** Engine.IO's middleware. */
  readonly check = (request: IncomingMessage, response: ServerResponse | object, next: () => void): void => {
    const { searchParams: query } = new URL(request.url ?? '', 'http://localhost');
    if (response instanceof ServerResponse && !this.throttle.allows(request, response)) return;
    try {
      if (!(response instanceof ServerResponse)) this.access.countRequest(request);
      checkRequest(request);
      if (!isAllowedOrigin(request, this.corsOrigins))
        throw new Refusal('origin_not_allowed', FOREIGN_ORIGIN);
      // Any page could load the answers as a script, and browsers don't say then where that stands.
      if (query.has('j')) throw new Refusal('bad_request', 'There is no JSONP here.');
      // Over WebSocket, Engine.IO would say so only after the upgrade.
      if (query.get('EIO') !== '4')
        throw new Refusal('bad_request', 'Speak Engine.IO 4, as Socket.IO does since its version 3.');
      checkSession(request, query, this.sids);
      if (!query.get('sid')) this.reserve(request, response);
    } catch (error) {
      const body = errorBody(error);
      if (!(response instanceof ServerResponse)) {
        this.access.countRefusal(request);
        return rejectUpgrade(request.socket, body);
      }
      return rejectRequest(response, body);
    }
    next();
  };

  /** Hands over the place of a polling handshake to the connection that came of it. @returns the function that releases it. */
  takeOver(request: IncomingMessage): (() => void) | undefined {
    const release = this.reserved.get(request);
    this.reserved.delete(request);
    return release;
  }

  private reserve(request: IncomingMessage, response: ServerResponse | object): void {
    const release = this.access.reserveHandshake(request);
    if (!(response instanceof ServerResponse)) return releaseOnClose(request.socket, release);
    this.reserved.set(request, release);
    // If no connection comes of it, nothing else releases its place.
    releaseOnClose(response, () => this.takeOver(request)?.());
  }
}

/** Engine.IO checks the same, and answers in a shape of its own. @throws {Refusal} 400 */
function checkSession(
  { method, upgrade }: IncomingMessage & { upgrade?: boolean },
  query: URLSearchParams,
  sids: ReadonlySet<string>,
): void {
  const [sid, transport] = [query.get('sid'), query.get('transport')];
  if (transport !== 'polling' && transport !== 'websocket')
    throw new Refusal('bad_request', 'The transports here are "polling" and "websocket".');
  if (sid && !sids.has(sid))
    throw new Refusal('bad_request', 'This session is not open any more. Connect again.');
  if (!sid && method !== 'GET') throw new Refusal('bad_request', 'A session begins with GET.');
  if (!sid && (transport === 'websocket') !== upgrade)
    throw new Refusal('bad_request', `That is no handshake for the transport "${transport}".`);
}
