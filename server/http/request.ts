import { IncomingMessage } from 'node:http';
import { BODY_MAX, bodyTooLarge } from '../access/body-size';
import { Refusal } from '../refusal';

/**
 * A request that offers to change protocols only if it offers WebSocket. Any other offer is ignored, as RFC 9110
 * (section 7.8) allows: `curl --http2` and Java's HttpClient offer HTTP/2 and take an answer over HTTP/1.1. Once a
 * server listens for upgrades, Node asks this property alone, and Node before 24 has no other way to decline.
 */
export class Request extends IncomingMessage {
  /** Whether the parser found an offer, or the method CONNECT. */
  declare private offered: boolean;

  set upgrade(offered: boolean) {
    this.offered = offered;
  }

  get upgrade(): boolean {
    return this.offered && (this.method === 'CONNECT' || /^websocket$/i.test(this.headers.upgrade ?? ''));
  }
}

/**
 * Checks what holds for every request, whatever it asks for.
 * @throws {Refusal} 400 for a bad `Host` (RFC 9112, section 3.2), 413 for a body that is too long by its head, 417 for an
 *   unknown `Expect` (RFC 9110, section 10.1.1).
 */
export function checkRequest({ headers, rawHeaders, httpVersion }: IncomingMessage): void {
  if (Number(headers['content-length']) > BODY_MAX) throw bodyTooLarge();
  if (httpVersion === '1.0') return;
  const { host, expect } = headers;
  if (host === undefined || !isHost(host))
    throw new Refusal('bad_request', 'The "Host" header must be a host name, with or without a port.');
  if (countHosts(rawHeaders) > 1) throw new Refusal('bad_request', 'There is more than one "Host" header.');
  if (expect !== undefined && !/^100-continue$/i.test(expect))
    throw new Refusal('expectation_failed', 'The only expectation that can be met is "100-continue".');
}

function isHost(host: string): boolean {
  return !/[\s/?#@\\]/.test(host) && URL.canParse(`http://${host}`);
}

/** How many `Host` headers there are: Node keeps the first of them. */
function countHosts(rawHeaders: readonly string[]): number {
  return rawHeaders.filter((name, i) => i % 2 === 0 && /^host$/i.test(name)).length;
}
