import type { EventEmitter } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How long answers and goodbyes may take when the server ends, in ms; what is open then is cut. */
const FAREWELL = 2_000;

/**
 * Prepares a server to be ended without cutting an answer short, and without waiting for a peer that does not answer.
 * @returns stops listening at once, waits for the answers under way, then closes the connections, among them those
 *   that browsers open ahead and that `closeIdleConnections()` does not count as idle.
 */
export function gracefulShutdown(server: Server): () => Promise<void> {
  const open = new Set<Socket>();
  /** The answers under way, by their connection. */
  const answering = new Map<Socket, Set<ServerResponse>>();
  const forget = function (this: Socket): void {
    open.delete(this);
    // With it go the answers that waited for the one before them, and never close.
    answering.delete(this);
  };
  server.on('connection', (socket: Socket) => open.add(socket.on('close', forget)));
  server.on('request', ({ socket }, response: ServerResponse) => {
    const own = answering.get(socket) ?? new Set();
    answering.set(socket, own.add(response));
    response.on('close', () => {
      own.delete(response);
      if (own.size === 0) answering.delete(socket);
    });
  });
  return async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    const cut = setTimeout(() => open.forEach((socket) => socket.destroy()), FAREWELL);
    for (const [socket, own] of answering) {
      // One listener for each connection: it may have many answers under way.
      const gone = closing(socket);
      for (const response of own) if (!socket.destroyed) await Promise.race([closing(response), gone]);
    }
    server.closeAllConnections();
    await closed;
    clearTimeout(cut);
  };
}

/** Waits for the end of something, also where it fails on the way: `events.once` would throw that. */
function closing(emitter: EventEmitter): Promise<void> {
  return new Promise((resolve) => emitter.once('close', resolve));
}
