import ipaddr from 'ipaddr.js';
import type { IncomingMessage } from 'node:http';
import proxyAddr from 'proxy-addr';
import type { TLSSocket } from 'node:tls';
import { Refusal } from '../refusal';

/** Which proxies are believed: so many before the server, or those of these networks; see `TRUST_PROXY`. */
export type Trust = number | readonly string[];

/** Says for the operator which proxies are trusted; nothing if none is. */
export function describeTrust(trust: Trust): string | undefined {
  if (typeof trust === 'number') {
    if (trust === 0) return undefined;
    const header = 'X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host';
    return trust === 1
      ? `Trusting ${header} of 1 proxy before this server: nothing else may reach its port.`
      : `Trusting ${header} of ${trust} proxies before this server: with fewer, clients could choose their address.`;
  }
  return trust.length > 0 ? `Trusting the proxies at ${trust.join(', ')}.` : undefined;
}

/** Tells where requests come from, past the proxies that are trusted. */
export class Addresses {
  private readonly trusts: (address: string, hop: number) => boolean;

  constructor(trust: Trust) {
    this.trusts = typeof trust === 'number' ? (_address, hop) => hop < trust : proxyAddr.compile([...trust]);
  }

  /**
   * The address that a request comes from, as limits and bans know it: of IPv6, the network of 64 bits that one
   * customer has. What `X-Forwarded-For` says counts only as far as it was written by a trusted proxy.
   */
  of(request: IncomingMessage): string {
    return this.network(proxyAddr(request, this.trusts));
  }

  /** An address as limits and bans know it. */
  network(address: string | undefined): string {
    if (!address || !ipaddr.isValid(address)) return 'unknown';
    const parsed = ipaddr.process(address);
    if (parsed.kind() === 'ipv4') return parsed.toString();
    return `${(parsed as ipaddr.IPv6).parts
      .slice(0, 4)
      .map((part) => part.toString(16))
      .join(':')}::/64`;
  }

  /** Whether the browser speaks TLS, to this process or to a trusted proxy. */
  secure({ socket, headers }: IncomingMessage): boolean {
    if ((socket as Partial<TLSSocket>).encrypted) return true;
    if (!this.trusted(socket.remoteAddress)) return false;
    // The nearest proxy adds to the end of the list, if it is one.
    return String(headers['x-forwarded-proto']).split(',').at(-1)?.trim() === 'https';
  }

  /**
   * The origin that a request was sent to, as the browser sees it: scheme, host and port.
   * @throws {Refusal} 400 if its host is none.
   */
  originOf(request: IncomingMessage): string {
    const { socket, headers } = request;
    const forwarded = this.trusted(socket.remoteAddress) ? headers['x-forwarded-host'] : undefined;
    const host = forwarded === undefined ? headers.host : String(forwarded).split(',').at(-1)?.trim();
    const origin = `${this.secure(request) ? 'https' : 'http'}://${host}`;
    if (!host || !URL.canParse(origin)) throw new Refusal('bad_request', 'The Host header can not be read.');
    return new URL(origin).origin;
  }

  /** Whether an address is that of a trusted proxy next to the server. */
  trusted(address: string | undefined): boolean {
    return address !== undefined && this.trusts(address, 0);
  }
}
