import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Dice } from './random-source';

/**
 * A free port below those that the system gives to outgoing connections: while the server is down, one of these
 * could take its port, or even connect to itself there.
 */
export async function freePort(dice: Dice): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = 20_000 + dice.below(10_000);
    const server = createServer();
    server.listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
      server.close();
      await once(server, 'close');
      return port;
    } catch {
      // Somebody has it.
    }
  }
  throw new Error('No port between 20000 and 30000 is free.');
}
