import { INSTALLED, LOOPS, PARLEY } from '../candidates';
import { measure } from '../measure';
import { withServer } from '../server';
import { byTurns, table, type Result } from '../table';
import type { Size } from './case';

/** What a connection costs that does nothing. */
export async function* idle({ rounds, connections }: Size): AsyncGenerator<[Result, string]> {
  const peers = [LOOPS.ws, LOOPS.socketio, ...INSTALLED, PARLEY.ws, PARLEY.socketio, PARLEY.sse];
  const result = await byTurns(
    `${connections} idle connections`,
    rounds,
    peers.map((peer) => ({
      name: peer.name,
      run: () =>
        withServer(peer, async (server) => {
          const { grown, cpu } = await measure(server, 'idle', { reads: peer.reads, connections });
          return { memory: grown / connections, cpu: (cpu * 1e6) / connections };
        }),
    })),
  );
  const columns = [
    { title: 'KB each', figure: 'memory', places: 1, against: LOOPS.ws.name },
    { title: 'KB each', figure: 'memory', places: 1, against: LOOPS.socketio.name },
    { title: 'µs to let one in', figure: 'cpu' },
  ];
  yield [result, table(result, columns)];
}
