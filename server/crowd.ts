import type { Server } from 'node:net';
import type { Addresses } from './address';

/** Counts what is open from each address, up to a bound: before it is known who it is. */
export class Crowd {
  private readonly open = new Map<string, number>();

  constructor(private readonly most: number) {}

  /** Whether an address has as much open as it may. */
  isFull(address: string): boolean {
    return this.count(address) >= this.most;
  }

  /** Counts one more. @returns what to call when it is closed. */
  enter(address: string): () => void {
    this.open.set(address, this.count(address) + 1);
    return () => {
      const left = this.count(address) - 1;
      if (left > 0) this.open.set(address, left);
      else this.open.delete(address);
    };
  }

  private count(address: string): number {
    return this.open.get(address) ?? 0;
  }
}

/**
 * Cuts the connections of an address that has too many, whether or not they ask for anything. Those of a trusted proxy
 * are not counted: they are everybody's.
 */
export function boundConnections(server: Server, addresses: Addresses, most: number): void {
  const crowd = new Crowd(most);
  server.on('connection', (socket) => {
    const { remoteAddress } = socket;
    if (addresses.trusted(remoteAddress)) return;
    const address = addresses.network(remoteAddress);
    if (crowd.isFull(address)) socket.destroy();
    else socket.on('close', crowd.enter(address));
  });
}
