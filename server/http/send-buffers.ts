import { Server as TlsServer } from 'node:https';
import type { Server, Socket } from 'node:net';
import type { Addresses } from '../identity/address';

/** How often it is looked what is unread, in ms. */
const LOOK_EVERY = 500;

/**
 * Bounds what the connections of an address leave unread. One of them holds little, but there may be many: past the bound
 * those that have left the most are cut off, and come back with their cursor. Those of a trusted proxy are not counted:
 * they are everybody's.
 * @param most in bytes, for each address.
 */
export function limitSendBuffers(server: Server, addresses: Addresses, most: number): void {
  const open = new Set<Socket>();
  // One function for all sockets.
  const forget = function (this: Socket): void {
    open.delete(this);
  };
  server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', (socket: Socket) => {
    if (addresses.trusted(socket.remoteAddress)) return;
    open.add(socket);
    socket.on('close', forget);
  });
  const looking = setInterval(() => look(open, addresses, most), LOOK_EVERY).unref();
  server.on('close', () => clearInterval(looking));
}

function look(open: ReadonlySet<Socket>, addresses: Addresses, most: number): void {
  const unread = new Map<string, Socket[]>();
  for (const socket of open) {
    if (socket.writableLength === 0) continue;
    const address = addresses.network(socket.remoteAddress);
    const own = unread.get(address);
    if (own) own.push(socket);
    else unread.set(address, [socket]);
  }
  for (const own of unread.values()) cut(own, most);
}

/** Cuts off the largest until the rest is within the bound. */
function cut(sockets: Socket[], most: number): void {
  let total = sockets.reduce((sum, { writableLength }) => sum + writableLength, 0);
  if (total <= most) return;
  for (const socket of sockets.sort((a, b) => b.writableLength - a.writableLength)) {
    if (total <= most) return;
    total -= socket.writableLength;
    socket.destroy();
  }
}
