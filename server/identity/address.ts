import ipaddr from 'ipaddr.js';
import type { IncomingMessage } from 'node:http';
import proxyAddr from 'proxy-addr';
import type { TLSSocket } from 'node:tls';
import { Refusal } from '../refusal';

/** The trusted proxies: how many there are in front of the server, or their networks; see `TRUST_PROXY`. */
export type TrustedProxies = number | readonly string[];

/** Describes the trusted proxies to the operator. @returns undefined if there are none. */
export function describeTrustedProxies(proxies: TrustedProxies): string | undefined {
  if (typeof proxies === 'number') {
    if (proxies === 0) return undefined;
    const headers = 'X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host';
    return proxies === 1
      ? `Trusting ${headers} of 1 proxy. Make sure that clients can reach this server only through it.`
      : `Trusting ${headers} of ${proxies} proxies. If there are fewer, clients can choose their address.`;
  }
  return proxies.length > 0 ? `Trusting the proxies at ${proxies.join(', ')}.` : undefined;
}

/** Determines the addresses and origins of requests behind trusted proxies. */
export class Addresses {
  private readonly isProxy: (address: string, hop: number) => boolean;

  constructor(proxies: TrustedProxies) {
    this.isProxy =
      typeof proxies === 'number' ? (_address, hop) => hop < proxies : proxyAddr.compile([...proxies]);
  }

  /**
   * Returns the address of a request that limits and bans apply to; see {@link networkOf}. Of `X-Forwarded-For`, only
   * the items that trusted proxies have appended are used.
   */
  of(request: IncomingMessage): string {
    return this.networkOf(proxyAddr(request, this.isProxy));
  }

  /** Returns the address that limits and bans apply to: for IPv6, the /64 network, which belongs to one customer. */
  networkOf(address: string | undefined): string {
    if (!address || !ipaddr.isValid(address)) return 'unknown';
    const parsed = ipaddr.process(address);
    if (parsed.kind() === 'ipv4') return parsed.toString();
    return `${(parsed as ipaddr.IPv6).parts
      .slice(0, 4)
      .map((part) => part.toString(16))
      .join(':')}::/64`;
  }

  /** Returns whether the client uses TLS, to this process or to a trusted proxy. */
  isSecure({ socket, headers }: IncomingMessage): boolean {
    if ((socket as Partial<TLSSocket>).encrypted) return true;
    if (!this.isTrusted(socket.remoteAddress)) return false;
    // The last item is that of the nearest proxy.
    return String(headers['x-forwarded-proto']).split(',').at(-1)?.trim() === 'https';
  }

  /**
   * Returns the origin to which a client has sent a request: scheme, host and port.
   * @throws {Refusal} `bad_request` if the host is malformed.
   */
  originOf(request: IncomingMessage): string {
    const { socket, headers } = request;
    const forwarded = this.isTrusted(socket.remoteAddress) ? headers['x-forwarded-host'] : undefined;
    const host = forwarded === undefined ? headers.host : String(forwarded).split(',').at(-1)?.trim();
    const origin = `${this.isSecure(request) ? 'https' : 'http'}://${host}`;
    if (!host || !URL.canParse(origin)) throw new Refusal('bad_request', 'hostMalformed');
    return new URL(origin).origin;
  }

  /** Returns whether the peer of a connection is a trusted proxy. */
  isTrusted(address: string | undefined): boolean {
    return address !== undefined && this.isProxy(address, 0);
  }
}
