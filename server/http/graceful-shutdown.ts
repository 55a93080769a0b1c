import type { EventEmitter } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How long responses and closing handshakes may take, in ms. Connections that are still open then are destroyed. */
const GRACE_PERIOD = 2_000;

/**
 * Prepares a server to be closed without cutting a response short, and without waiting for a peer that does not reply.
 * @returns a function that stops listening at once, waits for the responses under way, then closes all connections.
 *   That includes connections that browsers have opened ahead: `closeIdleConnections()` does not count those as idle.
 */
export function gracefulShutdown(server: Server): () => Promise<void> {
  const open = new Set<Socket>();
  /** The responses under way on each connection. */
  const responding = new Map<Socket, Set<ServerResponse>>();
  let isShuttingDown = false;
  const forget = function (this: Socket): void {
    open.delete(this);
    // Pipelined responses that were waiting never close.
    responding.delete(this);
  };
  server.on('connection', (socket: Socket) => open.add(socket.on('close', forget)));
  server.on('request', ({ socket }, response: ServerResponse) => {
    const responses = responding.get(socket) ?? new Set();
    responding.set(socket, responses.add(response));
    if (isShuttingDown) closeAfter(response);
    response.on('close', () => {
      responses.delete(response);
      if (responses.size === 0) responding.delete(socket);
    });
  });
  return async () => {
    isShuttingDown = true;
    const closed = new Promise((resolve) => server.close(resolve));
    const deadline = setTimeout(() => open.forEach((socket) => socket.destroy()), GRACE_PERIOD);
    responding.forEach((responses) => responses.forEach(closeAfter));
    for (const [socket, responses] of responding) {
      // One listener for each connection, which may have many responses under way.
      const disconnected = closing(socket);
      for (const response of responses)
        if (!socket.destroyed) await Promise.race([closing(response), disconnected]);
    }
    server.closeAllConnections();
    await closed;
    clearTimeout(deadline);
  };
}

/** Closes the connection after a response, so that no further request on it delays the shutdown (RFC 9112, section 9.6). */
function closeAfter(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}

/** Waits until an emitter closes. Unlike `events.once`, it does not reject when the emitter fails first. */
function closing(emitter: EventEmitter): Promise<void> {
  return new Promise((resolve) => emitter.once('close', resolve));
}
