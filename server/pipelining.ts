import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How many requests one connection may have unanswered; browsers have one. */
const MOST = 32;

/**
 * Cuts a connection that piles up requests without reading the answers: HTTP/1.1 lets it send them ahead, and each
 * answer waits in memory for the one before.
 */
export function boundPipelining(server: Server): void {
  const unanswered = new WeakMap<Socket, number>();
  server.prependListener('request', ({ socket }: IncomingMessage, response) => {
    const count = (unanswered.get(socket) ?? 0) + 1;
    unanswered.set(socket, count);
    response.on('finish', () => unanswered.set(socket, unanswered.get(socket)! - 1));
    if (count > MOST) socket.destroy();
  });
}

/**
 * Waits until it is the turn of an answer whose request was sent ahead. Who is to stay is let in only then: before it,
 * nobody would be told that they have gone, and a ban would not reach them.
 */
export async function turn(response: ServerResponse): Promise<void> {
  if (!response.socket) await once(response, 'socket');
}
