import type { IncomingMessage } from 'node:http';
import type { Addresses } from '../identity/address';
import { Refusal } from '../refusal';

/**
 * Returns whether the origin of a request is allowed: this server's, a configured one, or none (scripts send no
 * `Origin`). Every request and handshake is checked, since browsers let any page open a WebSocket.
 */
export function isAllowedOrigin(request: IncomingMessage, allowed: readonly string[]): boolean {
  const { origin } = request.headers;
  // Any site may link here, so reads need no origin. A form of another site sends `Origin` or `Sec-Fetch-Site`.
  if (origin === undefined) return isSafe(request) || request.headers['sec-fetch-site'] !== 'cross-site';
  return allowed.includes(origin) || isOwnOrigin(request, origin);
}

/** Returns whether the page that sent a request is this server's own. */
function isOwnOrigin({ headers }: IncomingMessage, origin: string): boolean {
  // Pages cannot set this header. It is needed where a proxy has rewritten Host.
  if (headers['sec-fetch-site'] === 'same-origin') return true;
  return URL.canParse(origin) && new URL(origin).host === headers.host;
}

/** Returns this server's origin as the sender of a request sees it. @throws {Refusal} if the host is invalid. */
export function ownOrigin(addresses: Addresses, request: IncomingMessage): string {
  const { origin } = request.headers;
  return origin !== undefined && isOwnOrigin(request, origin) ? origin : addresses.originOf(request);
}

/** Returns whether a request's method is safe (RFC 9110, section 9.2.1). */
function isSafe({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}

/**
 * Returns a function that determines the origin of a passkey, with scheme, host and port: the request's target, or an
 * allowed origin.
 * @throws {Refusal} `bad_request` from that function, for a page of any other origin.
 */
export function passkeyOrigin(
  addresses: Addresses,
  allowed: readonly string[],
): (request: IncomingMessage) => string {
  return (request) => {
    const { origin } = request.headers;
    if (origin && allowed.includes(origin)) return origin;
    const own = addresses.originOf(request);
    if (origin === undefined || origin === own) return own;
    throw new Refusal('bad_request', ['proxyOrigin', origin, own]);
  };
}
