import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { randomBytes } from 'node:crypto';
import { FOREIGN_ORIGIN, isAllowedOrigin } from '../access/origin';
import { Refusal } from '../refusal';

/** Refuses what a page of a foreign origin sends. */
export function refuseForeignOrigins(allowed: readonly string[]): RequestHandler {
  return (request, _response, next) => {
    if (!isAllowedOrigin(request, allowed)) throw new Refusal('origin_not_allowed', FOREIGN_ORIGIN);
    next();
  };
}

/**
 * The headers that keep a page to what it is meant to load; views find the nonce of its scripts in `nonce`.
 * @param tls whether the server speaks TLS itself: browsers then never speak without it here again.
 */
export const securityHeaders = (tls: boolean): RequestHandler[] => [
  (_request, response, next) => {
    response.locals.nonce = randomBytes(16).toString('base64');
    next();
  },
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'", (_request, response) => `'nonce-${nonceOf(response)}'`],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        // Safari before 15.4 does not count a WebSocket to the page's own host as 'self'.
        connectSrc: ["'self'", ({ headers: { host } }) => sockets(host)],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    xFrameOptions: { action: 'deny' },
    // Scripts of allowed origins read the answers; CORS decides which.
    crossOriginResourcePolicy: { policy: 'cross-origin' },
    // Other services may run on subdomains. Behind a proxy, it is the proxy that knows.
    strictTransportSecurity: tls && { includeSubDomains: false },
    // With `no-referrer`, browsers send `Origin: null` with our own forms, and the server could not tell them from
    // those of other sites: on plain HTTP there is no `Sec-Fetch-Site` (Fetch, section 3.2).
    referrerPolicy: { policy: 'same-origin' },
  }),
];

function nonceOf(response: object): string {
  return (response as { locals: { nonce: string } }).locals.nonce;
}

function sockets(host = ''): string {
  return /^[\w.:[\]-]+$/.test(host) ? `ws://${host} wss://${host}` : "'self'";
}
