import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/**
 * Returns a free port below the ephemeral range. While a server is down, an outgoing connection could otherwise be
 * assigned its port, or even connect to itself there.
 * @param below returns an integer in [0, bound); random by default.
 */
export async function findFreePort(
  below: (bound: number) => number = (bound) => randomInt(bound),
): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = 20_000 + below(10_000);
    const server = createServer();
    server.listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
      server.close();
      await once(server, 'close');
      return port;
    } catch {
      // The port is in use.
    }
  }
  throw new Error('No port between 20000 and 30000 is free.');
}

/** Whether a local port accepts connections. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}
