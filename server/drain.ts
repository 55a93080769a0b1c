import { once } from 'node:events';
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
  const open = new Set<Socket>();
  const answering = new Set<ServerResponse>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  server.on('request', (_request, response: ServerResponse) => {
    answering.add(response);
    response.on('close', () => answering.delete(response));
  });
  return async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    const cut = setTimeout(() => open.forEach((socket) => socket.destroy()), FAREWELL);
    for (const response of answering) await once(response, 'close');
    server.closeAllConnections();
    await closed;
    clearTimeout(cut);
  };
}
