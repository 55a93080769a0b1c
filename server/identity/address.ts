import ipaddr from 'ipaddr.js';
import type { IncomingMessage } from 'node:http';
import proxyAddr from 'proxy-addr';
import type { TLSSocket } from 'node:tls';
import { Refusal } from '../refusal';

/** The trusted proxies: how many there are in front of the server, or their networks; see `TRUST_PROXY`. */
export type TrustedProxies = number | readonly string[];

/** Describes the trusted proxies to the operator; undefined if there are none. */
export function describeTrustedProxies(trust: TrustedProxies): string | undefined {
  if (typeof trust === 'number') {
    if (trust === 0) return undefined;
    const header = 'X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host';
    return trust === 1
      ? `Trusting ${header} of 1 proxy. Make sure that clients can reach this server only through it.`
      : `Trusting ${header} of ${trust} proxies. If there are fewer, clients can choose their address.`;
  }
  return trust.length > 0 ? `Trusting the proxies at ${trust.join(', ')}.` : undefined;
}

/** Determines the addresses and origins of requests behind trusted proxies. */
export class Addresses {
  private readonly trusts: (address: string, hop: number) => boolean;

  constructor(trust: TrustedProxies) {
    this.trusts = typeof trust === 'number' ? (_address, hop) => hop < trust : proxyAddr.compile([...trust]);
  }

  /**
   * Returns the address of a request that limits and bans apply to; for IPv6, the /64 network, which one customer has.
   * `X-Forwarded-For` is used only as far as trusted proxies have written it.
   */
  of(request: IncomingMessage): string {
    return this.networkOf(proxyAddr(request, this.trusts));
  }

  /** Returns the address or network that limits and bans apply to. */
  networkOf(address: string | undefined): string {
    if (!address || !ipaddr.isValid(address)) return 'unknown';
    const parsed = ipaddr.process(address);
    if (parsed.kind() === 'ipv4') return parsed.toString();
    return `${(parsed as ipaddr.IPv6).parts
      .slice(0, 4)
      .map((part) => part.toString(16))
      .join(':')}::/64`;
  }

  /** Returns whether the client uses TLS, with this process or with a trusted proxy. */
  isSecure({ socket, headers }: IncomingMessage): boolean {
    if ((socket as Partial<TLSSocket>).encrypted) return true;
    if (!this.isTrusted(socket.remoteAddress)) return false;
    // In a list, the nearest proxy has written the last item.
    return String(headers['x-forwarded-proto']).split(',').at(-1)?.trim() === 'https';
  }

  /**
   * Returns the origin that a request was sent to, as browsers see it: scheme, host and port.
   * @throws {Refusal} `bad_request` if the host is malformed.
   */
  originOf(request: IncomingMessage): string {
    const { socket, headers } = request;
    const forwarded = this.isTrusted(socket.remoteAddress) ? headers['x-forwarded-host'] : undefined;
    const host = forwarded === undefined ? headers.host : String(forwarded).split(',').at(-1)?.trim();
    const origin = `${this.isSecure(request) ? 'https' : 'http'}://${host}`;
    if (!host || !URL.canParse(origin)) throw new Refusal('bad_request', 'The "Host" header is malformed.');
    return new URL(origin).origin;
  }

  /** Returns whether an address is that of a trusted proxy next to the server. */
  isTrusted(address: string | undefined): boolean {
    return address !== undefined && this.trusts(address, 0);
  }
}
