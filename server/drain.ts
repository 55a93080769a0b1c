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
export function drainable(server: Server): () => Promise<void> {
  /** The connections, each with its answers under way. */
  const open = new Map<Socket, Set<ServerResponse>>();
  server.on('connection', (socket: Socket) => {
    open.set(socket, new Set());
    // With it go the answers that waited for the one before them, and never close.
    socket.on('close', () => open.delete(socket));
  });
  server.on('request', ({ socket }, response: ServerResponse) => {
    const answering = open.get(socket);
    answering?.add(response);
    response.on('close', () => answering?.delete(response));
  });
  return async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    const cut = setTimeout(() => open.forEach((_answering, socket) => socket.destroy()), FAREWELL);
    for (const [socket, answering] of open) {
      for (const response of answering) {
        if (!socket.destroyed) await Promise.race([closing(response), closing(socket)]);
      }
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
