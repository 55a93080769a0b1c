import { once } from 'node:events';
import { createServer } from 'node:net';
import type { RandomSource } from './random-source';

/**
 * Returns a free port below the ephemeral range. While the server is down, an outgoing connection could otherwise be
 * assigned its port, or even connect to itself there.
 */
export async function findFreePort(random: RandomSource): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = 20_000 + random.below(10_000);
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
