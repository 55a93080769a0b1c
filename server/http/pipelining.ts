import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { intercept } from './intercept';

/** The most requests that one connection may send ahead of the answers; browsers send none. */
const MOST = 32;
/** No request waits: shared, since this holds for most. */
const NOTHING: readonly (() => void)[] = [];

/**
 * Answers the requests of one connection one after the other. HTTP/1.1 lets a client send requests ahead: each waits,
 * unread by anything here, until the answer before it has been handed to the operating system. So a client that reads
 * nothing keeps one answer in memory, and is cut off by the timeout of the server. Call it when all listeners for
 * requests are there.
 */
export function limitPipelining(server: Server): void {
  /** What begins each request that waits on a connection; there is a list while one is under way. */
  const queues = new WeakMap<Socket, readonly (() => void)[]>();
  // One function for all answers: streams keep theirs.
  const next = function (this: ServerResponse): void {
    const { socket } = this.req;
    const [proceed, ...others] = queues.get(socket) ?? [];
    if (!proceed || !socket.writable) return void queues.delete(socket);
    queues.set(socket, others);
    proceed();
  };
  intercept(server, ({ socket }, response, proceed) => {
    const queue = queues.get(socket);
    response.on('close', next);
    queues.set(socket, queue ? [...queue, proceed] : NOTHING);
    if (!queue) proceed();
    else if (queue.length >= MOST) socket.destroy();
  });
  // A protocol that began now would be written into an answer.
  server.prependListener('upgrade', ({ socket }) => {
    if (queues.has(socket)) socket.destroy();
  });
}
