import type { Socket } from 'socket.io';

/**
 * How many packets wait in a Socket.IO connection because it can't take them now. Engine.IO has no public word for
 * it (`bufferedAmount` reads 0, for the bytes are held before the socket); `drain` tells when they have gone on.
 */
export function queued(connection: Socket['conn']): number {
  return (connection as unknown as { writeBuffer: readonly unknown[] }).writeBuffer.length;
}
