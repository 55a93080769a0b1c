import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { randomBytes } from 'node:crypto';
import { isAllowedOrigin } from '../access/origin';
import { Refusal } from '../refusal';

/** Refuses requests from pages of foreign origins. */
export function refuseForeignOrigins(allowed: readonly string[]): RequestHandler {
  return (request, _response, next) => {
    if (!isAllowedOrigin(request, allowed)) throw new Refusal('origin_not_allowed', 'foreignOrigin');
    next();
  };
}

/**
 * Sets the security headers, the content security policy among them. Views find the nonce for scripts in `nonce`.
 * @param tls whether the server speaks TLS itself: then browsers are told to use only https (HSTS).
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
        // Before Safari 15.4, 'self' does not include WebSockets to the page's own host.
        connectSrc: ["'self'", ({ headers: { host } }) => webSocketSources(host)],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    xFrameOptions: { action: 'deny' },
    // CORS decides which origins may read the responses.
    crossOriginResourcePolicy: { policy: 'cross-origin' },
    // Other services may run on subdomains. Behind a proxy, HSTS is up to the proxy.
    strictTransportSecurity: tls && { includeSubDomains: false },
    // With `no-referrer`, browsers send `Origin: null` with our own forms too, so they would look like forms of other
    // sites: on plain HTTP there is no `Sec-Fetch-Site` (Fetch, section 3.2).
    referrerPolicy: { policy: 'same-origin' },
  }),
];

function nonceOf(response: object): string {
  return (response as { locals: { nonce: string } }).locals.nonce;
}

function webSocketSources(host = ''): string {
  return /^[\w.:[\]-]+$/.test(host) ? `ws://${host} wss://${host}` : "'self'";
}
