import type { Server } from 'node:net';
import type { AddressLimits } from '../access/address-limits';

/** Cuts off the connections that an address has over its limit, whether or not they ask for anything. */
export function limitConnections(server: Server, limits: AddressLimits): void {
  server.on('connection', (socket) => {
    if (!limits.acceptSocket(socket)) socket.destroy();
  });
}
