import type { IncomingMessage } from 'node:http';

/** What a page of another origin is told. */
export const FOREIGN = 'Pages of this origin may not use this server.';

/**
 * Whether the page that sent a request may use this server: our own pages, those of the allowed origins, and
 * whatever is no page (a script sends no `Origin`). Asked for every request and every handshake, since browsers
 * let any page open a WebSocket.
 */
export function mayAsk(request: IncomingMessage, allowed: readonly string[]): boolean {
  const { origin, host } = request.headers;
  // A link from anywhere leads here; a form that is sent from there says where it stands in either of the two.
  if (origin === undefined) return isRead(request) || request.headers['sec-fetch-site'] !== 'cross-site';
  if (allowed.includes(origin)) return true;
  // What the browser itself says holds where a proxy has rewritten Host; no page can set it.
  if (request.headers['sec-fetch-site'] === 'same-origin') return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

function isRead({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}
