import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';

/**
 * Prepares a server to be ended without cutting an answer short.
 * @returns stops listening at once, waits for the answers under way, then closes the connections, among them those
 *   that browsers open ahead and that `closeIdleConnections()` does not count as idle.
 */
export function drainable(server: Server): () => Promise<void> {
  const answering = new Set<ServerResponse>();
  server.on('request', (_request, response: ServerResponse) => {
    answering.add(response);
    response.on('close', () => answering.delete(response));
  });
  return async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const response of answering) await once(response, 'close');
    server.closeAllConnections();
    await closed;
  };
}
