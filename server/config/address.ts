import { networkInterfaces } from 'node:os';
import type { Config } from './config';

/** Returns the address at which people open the chat. @param port the one that the server listens on. */
export function addressOf({ publicUrl, tls, host }: Config, port: number): string {
  return publicUrl ?? `${tls ? 'https' : 'http'}://${publicHost(host)}:${port}`;
}

/** Returns the host to open in a browser. If the server listens on all addresses, it is one that other machines reach. */
function publicHost(host: string): string {
  if (!['0.0.0.0', '::'].includes(host)) return host.includes(':') ? `[${host}]` : host;
  const addresses = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? 'localhost';
}
