import type { IncomingMessage } from 'node:http';
import type { Addresses } from '../identity/address';
import { Refusal } from '../refusal';

/** The refusal of pages of other origins. */
export const FOREIGN_ORIGIN = 'Pages of this origin may not use this server.';

/**
 * Returns whether a request may use this server: it comes from our own pages, from a page of an allowed origin, or from
 * no page at all (scripts send no `Origin`). Checked for every request and handshake, since browsers let any page open a
 * WebSocket.
 */
export function isAllowedOrigin(request: IncomingMessage, allowed: readonly string[]): boolean {
  const { origin } = request.headers;
  // Links may come from anywhere. A form of another site has one of these two headers.
  if (origin === undefined) return isRead(request) || request.headers['sec-fetch-site'] !== 'cross-site';
  return allowed.includes(origin) || isOwnOrigin(request, origin);
}

/** Returns whether the page that sent a request is one of this server's. */
function isOwnOrigin({ headers }: IncomingMessage, origin: string): boolean {
  // The browser sets it, and no page can. It counts where a proxy has rewritten Host.
  if (headers['sec-fetch-site'] === 'same-origin') return true;
  return URL.canParse(origin) && new URL(origin).host === headers.host;
}

/** Returns this server's origin as the sender of a request sees it. @throws {Refusal} if the host is invalid. */
export function ownOrigin(addresses: Addresses, request: IncomingMessage): string {
  const { origin } = request.headers;
  return origin !== undefined && isOwnOrigin(request, origin) ? origin : addresses.originOf(request);
}

function isRead({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}

/**
 * Returns the origin that a passkey belongs to, with scheme, host and port: the one that the request was sent to, or that
 * of an allowed page.
 * @throws {Refusal} `bad_request` for any other page.
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
