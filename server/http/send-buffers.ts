import { Server as TlsServer } from 'node:https';
import type { Server, Socket } from 'node:net';
import type { AddressLimits } from '../access/address-limits';

/** How often the send buffers are checked, in ms. */
const CHECK_INTERVAL = 500;

/**
 * Bounds the send buffers of all connections of an address together. One is small, but there may be many. Over the
 * bound, the connections with the largest buffers are destroyed; their clients reconnect with their cursors. Connections of
 * a trusted proxy are not counted, since they carry the traffic of many clients.
 */
export function limitSendBuffers(server: Server, limits: AddressLimits): void {
  const open = new Set<Socket>();
  // Shared by all sockets.
  const forget = function (this: Socket): void {
    open.delete(this);
  };
  server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', (socket: Socket) => {
    if (limits.addressOfConnection(socket) === undefined) return;
    open.add(socket);
    socket.on('close', forget);
  });
  const timer = setInterval(() => check(open, limits), CHECK_INTERVAL).unref();
  server.on('close', () => clearInterval(timer));
}

function check(open: ReadonlySet<Socket>, limits: AddressLimits): void {
  const unread = new Map<string, Socket[]>();
  for (const socket of open) {
    if (socket.writableLength === 0) continue;
    const address = limits.addressOfConnection(socket) ?? '';
    const sockets = unread.get(address);
    if (sockets) sockets.push(socket);
    else unread.set(address, [socket]);
  }
  for (const sockets of unread.values()) destroyLargest(sockets, limits.unreadBytes);
}

/** Destroys the sockets with the largest buffers until the others are within the bound. */
function destroyLargest(sockets: Socket[], max: number): void {
  let total = sockets.reduce((sum, { writableLength }) => sum + writableLength, 0);
  if (total <= max) return;
  for (const socket of sockets.sort((a, b) => b.writableLength - a.writableLength)) {
    if (total <= max) return;
    total -= socket.writableLength;
    socket.destroy();
  }
}
