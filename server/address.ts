import ipaddr from 'ipaddr.js';
import type { IncomingMessage } from 'node:http';
import proxyAddr from 'proxy-addr';
import type { TLSSocket } from 'node:tls';

/** Which proxies are believed: so many before the server, or those of these networks; see `TRUST_PROXY`. */
export type Trust = number | readonly string[];

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

  /** Whether an address is that of a trusted proxy next to the server. */
  trusted(address: string | undefined): boolean {
    return address !== undefined && this.trusts(address, 0);
  }
}
