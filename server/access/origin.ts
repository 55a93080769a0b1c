import type { IncomingMessage } from 'node:http';
import type { Addresses } from '../identity/address';
import { Refusal } from '../refusal';

/** What a page of another origin is told. */
export const FOREIGN_ORIGIN = 'Pages of this origin may not use this server.';

/**
 * Whether the page that sent a request may use this server: our own pages, those of the allowed origins, and
 * whatever is no page (a script sends no `Origin`). Asked for every request and every handshake, since browsers
 * let any page open a WebSocket.
 */
export function isAllowedOrigin(request: IncomingMessage, allowed: readonly string[]): boolean {
  const { origin } = request.headers;
  // A link from anywhere leads here; a form that is sent from there says where it stands in either of the two.
  if (origin === undefined) return isRead(request) || request.headers['sec-fetch-site'] !== 'cross-site';
  return allowed.includes(origin) || isOwnOrigin(request, origin);
}

/** Whether the page that sent a request is one of this server's. */
function isOwnOrigin({ headers }: IncomingMessage, origin: string): boolean {
  // The browser's own word counts where a proxy has rewritten Host; no page can set it.
  if (headers['sec-fetch-site'] === 'same-origin') return true;
  return URL.canParse(origin) && new URL(origin).host === headers.host;
}

/** Returns the origin of this server, as the one who sent a request sees it. @throws {Refusal} if its host is none. */
export function ownOrigin(addresses: Addresses, request: IncomingMessage): string {
  const { origin } = request.headers;
  return origin !== undefined && isOwnOrigin(request, origin) ? origin : addresses.originOf(request);
}

function isRead({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}

/**
 * The origin that a passkey belongs to, scheme, host and port: the one that the request was sent to, or that of an
 * allowed page. @throws {Refusal} 400 if another page asks.
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
    throw new Refusal(
      'bad_request',
      `This page is at ${origin}, and its request came to ${own}. If there is a proxy between them, it must pass on Host and X-Forwarded-Proto, and TRUST_PROXY must name it.`,
    );
  };
}
