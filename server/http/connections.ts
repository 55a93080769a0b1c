import type { Server } from 'node:net';
import type { AddressLimits } from '../access/address-limits';

/** Destroys the connections of an address beyond its limit, even if they never send a request. */
export function limitConnections(server: Server, limits: AddressLimits): void {
  server.on('connection', (socket) => {
    if (!limits.acceptSocket(socket)) socket.destroy();
  });
}
