import type { Server } from 'node:net';
import type { Addresses } from '../identity/address';
import type { Limits } from './limits';

/** Counts what each has open, a visitor or an address, up to a bound. */
export class ConnectionLimit {
  private readonly open = new Map<string, number>();

  constructor(private readonly most: number) {}

  /** Whether one has as much open as it may. */
  isFull(of: string): boolean {
    return this.count(of) >= this.most;
  }

  /** Counts one more. */
  add(of: string): void {
    this.open.set(of, this.count(of) + 1);
  }

  /** Counts it no more. */
  remove(of: string): void {
    const left = this.count(of) - 1;
    if (left > 0) this.open.set(of, left);
    else this.open.delete(of);
  }

  private count(of: string): number {
    return this.open.get(of) ?? 0;
  }
}

/**
 * Cuts the connections of an address that has too many, whether or not they ask for anything, and those of one that floods:
 * reading what they send would take time from everybody else. Those of a trusted proxy
 * are not counted: they are everybody's.
 */
export function limitConnections(server: Server, addresses: Addresses, limits: Limits): void {
  const crowd = new ConnectionLimit(limits.connectionsPerAddress);
  server.on('connection', (socket) => {
    const { remoteAddress } = socket;
    if (addresses.trusted(remoteAddress)) return;
    const address = addresses.network(remoteAddress);
    if (crowd.isFull(address) || limits.isFlooding(address)) return socket.destroy();
    crowd.add(address);
    socket.on('close', () => crowd.remove(address));
  });
}
