import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { intercept } from './intercept';

/** The most requests that one connection may send ahead of the answers; browsers send none. */
const MOST = 32;

/**
 * Answers the requests of one connection one after the other. HTTP/1.1 lets a client send requests ahead: each waits,
 * unread by anything here, until the answer before it has been handed to the operating system. So a client that reads
 * nothing keeps one answer in memory, and is cut off by the timeout of the server. Call it when all listeners for
 * requests are there.
 */
export function answerInTurn(server: Server): void {
  /** What begins each request of a connection; the first is under way. */
  const queues = new WeakMap<Socket, (() => void)[]>();
  intercept(server, ({ socket }, response, proceed) => {
    const queue = queues.get(socket) ?? [];
    queues.set(socket, queue);
    response.once('close', () => {
      queue.shift();
      if (socket.writable) queue[0]?.();
    });
    queue.push(proceed);
    if (queue.length === 1) proceed();
    else if (queue.length > MOST) socket.destroy();
  });
  // A protocol that began now would be written into an answer.
  server.prependListener('upgrade', ({ socket }) => {
    if (queues.get(socket)?.length) socket.destroy();
  });
}
