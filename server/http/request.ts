import { IncomingMessage } from 'node:http';
import { BODY_MAX, bodyTooLarge } from '../access/body-size';
import { Refusal } from '../refusal';

/**
 * A request that is an upgrade only if it offers WebSocket. Any other offer is ignored, as RFC 9110 (section 7.8)
 * allows: `curl --http2` and Java's HttpClient offer HTTP/2, and accept a response over HTTP/1.1. Once a server listens
 * for upgrades, Node decides by this property alone; `shouldUpgradeCallback` exists from Node 24 on.
 */
export class Request extends IncomingMessage {
  /** Whether the parser found an `Upgrade` header, or the method CONNECT. */
  declare private parsedUpgrade: boolean;

  set upgrade(parsed: boolean) {
    this.parsedUpgrade = parsed;
  }

  get upgrade(): boolean {
    return (
      this.parsedUpgrade && (this.method === 'CONNECT' || /^websocket$/i.test(this.headers.upgrade ?? ''))
    );
  }
}

/**
 * Checks the head of a request.
 * @throws {Refusal} `bad_request` for a bad `Host` (RFC 9112, section 3.2), `too_large` for a `Content-Length` over 64 KB,
 *   `expectation_failed` for an unknown `Expect` (RFC 9110, section 10.1.1).
 */
export function checkRequest({ headers, rawHeaders, httpVersion }: IncomingMessage): void {
  if (Number(headers['content-length']) > BODY_MAX) throw bodyTooLarge();
  if (httpVersion === '1.0') return;
  const { host, expect } = headers;
  if (host === undefined || !isHost(host)) throw new Refusal('bad_request', 'hostNotName');
  if (countHosts(rawHeaders) > 1) throw new Refusal('bad_request', 'hostsDiffer');
  if (expect !== undefined && !/^100-continue$/i.test(expect))
    throw new Refusal('expectation_failed', 'expectUnsupported');
}

function isHost(host: string): boolean {
  return !/[\s/?#@\\]/.test(host) && URL.canParse(`http://${host}`);
}

/** Counts the `Host` headers: Node keeps only the first in `headers`. */
function countHosts(rawHeaders: readonly string[]): number {
  return rawHeaders.filter((name, i) => i % 2 === 0 && /^host$/i.test(name)).length;
}
