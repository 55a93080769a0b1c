import { ServerResponse, type IncomingMessage } from 'node:http';
import type { AccessControl } from '../access/access-control';
import type { AddressLimits } from '../access/address-limits';
import { isAllowedOrigin } from '../access/origin';
import { releaseOnClose } from '../http/on-close';
import { rejectRequest, rejectUpgrade } from '../http/reject';
import { checkRequest } from '../http/request';
import { Throttle } from '../http/throttle';
import { errorBody, Refusal } from '../refusal';
import { languageOf } from '../words/language';

/**
 * Checks each request and handshake before Engine.IO does. Engine.IO's `allowRequest` would be called for handshakes only, and
 * its `cors` does not cover WebSocket.
 */
export class EngineGuard {
  /** The functions that release the connection slots reserved by polling handshakes, until there is a connection. */
  private readonly reserved = new WeakMap<IncomingMessage, () => void>();
  private readonly throttle: Throttle;

  constructor(
    private readonly limits: AddressLimits,
    private readonly corsOrigins: readonly string[],
    /** The ids of the open Engine.IO sessions. */
    private readonly sids: ReadonlySet<string>,
    private readonly access: AccessControl,
  ) {
    this.throttle = new Throttle(limits);
  }

  /** A middleware for Engine.IO. */
  readonly check = (request: IncomingMessage, response: ServerResponse | object, next: () => void): void => {
    const { searchParams: query } = new URL(request.url ?? '', 'http://localhost');
    if (response instanceof ServerResponse && !this.throttle.allows(request, response)) return;
    try {
      if (!(response instanceof ServerResponse)) this.limits.countRequest(request);
      checkRequest(request);
      if (!isAllowedOrigin(request, this.corsOrigins))
        throw new Refusal('origin_not_allowed', 'foreignOrigin');
      // Any page could load the responses as scripts, and browsers send no `Origin` with those.
      if (query.has('j')) throw new Refusal('bad_request', 'jsonp');
      // Over WebSocket, Engine.IO would refuse this only after the upgrade.
      if (query.get('EIO') !== '4') throw new Refusal('bad_request', 'engineVersion');
      checkSession(request, query, this.sids);
      if (!query.get('sid')) {
        // Stock clients go on trying after this, but not after a refusal by Socket.IO.
        this.access.checkAdmission();
        this.reserve(request, response);
      }
    } catch (error) {
      const body = errorBody(error, languageOf(request));
      if (!(response instanceof ServerResponse)) {
        this.limits.countRefusal(request);
        return rejectUpgrade(request.socket, body);
      }
      return rejectRequest(response, body);
    }
    next();
  };

  /** Transfers the slot of a polling handshake to its connection. @returns the function that releases it. */
  takeOver(request: IncomingMessage): (() => void) | undefined {
    const release = this.reserved.get(request);
    this.reserved.delete(request);
    return release;
  }

  private reserve(request: IncomingMessage, response: ServerResponse | object): void {
    const release = this.limits.reserveHandshake(request);
    if (!(response instanceof ServerResponse)) return releaseOnClose(request.socket, release);
    this.reserved.set(request, release);
    // Without a connection, nothing else would release the slot.
    releaseOnClose(response, () => this.takeOver(request)?.());
  }
}

/** Refuses what Engine.IO would refuse in a format of its own. @throws {Refusal} `bad_request` */
function checkSession(
  { method, upgrade }: IncomingMessage & { upgrade?: boolean },
  query: URLSearchParams,
  sids: ReadonlySet<string>,
): void {
  const [sid, transport] = [query.get('sid'), query.get('transport')];
  if (transport !== 'polling' && transport !== 'websocket')
    throw new Refusal('bad_request', 'engineTransports');
  if (sid && !sids.has(sid)) throw new Refusal('bad_request', 'engineSession');
  if (!sid && method !== 'GET') throw new Refusal('bad_request', 'engineStart');
  if (!sid && (transport === 'websocket') !== upgrade)
    throw new Refusal('bad_request', ['engineHandshake', transport]);
}
