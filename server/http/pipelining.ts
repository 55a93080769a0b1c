import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { intercept } from './intercept';

/** The most pipelined requests of one connection that may wait; browsers send none. */
const QUEUE_MAX = 32;
/** An empty queue, shared by all connections on which nothing waits. */
const EMPTY_QUEUE: readonly (() => void)[] = [];

/**
 * Handles the pipelined requests of a connection one after the other: each waits until the response before it has been
 * handed to the operating system. So a client that reads nothing holds one response in memory, and the timeout of the
 * server disconnects it. Call it after all listeners for requests are registered.
 */
export function limitPipelining(server: Server): void {
  /** The waiting requests of each connection that has one under way, as the functions that begin them. */
  const queues = new WeakMap<Socket, readonly (() => void)[]>();
  // Shared by all responses: streams would keep their own.
  const next = function (this: ServerResponse): void {
    const { socket } = this.req;
    const [proceed, ...rest] = queues.get(socket) ?? [];
    if (!proceed || !socket.writable) return void queues.delete(socket);
    queues.set(socket, rest);
    proceed();
  };
  intercept(server, ({ socket }, response, proceed) => {
    const queue = queues.get(socket);
    response.on('close', next);
    queues.set(socket, queue ? [...queue, proceed] : EMPTY_QUEUE);
    if (!queue) proceed();
    else if (queue.length >= QUEUE_MAX) socket.destroy();
  });
  // The handshake of another protocol would be written into the middle of a response.
  server.prependListener('upgrade', ({ socket }) => {
    if (queues.has(socket)) socket.destroy();
  });
}
