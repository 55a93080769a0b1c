import { INSTALLED_SERVERS, PARLEY, SIMPLE_SERVERS } from '../candidates';
import { measure } from '../measure';
import { withServer } from '../server';
import { formatTable, measureInTurns, type Result } from '../table';
import type { Scale } from './case';

/** The cost of an idle connection. */
export async function* idle({ rounds, connections }: Scale): AsyncGenerator<[Result, string]> {
  const candidates = [
    SIMPLE_SERVERS.ws,
    SIMPLE_SERVERS.socketio,
    ...INSTALLED_SERVERS,
    PARLEY.ws,
    PARLEY.socketio,
    PARLEY.sse,
  ];
  const result = await measureInTurns(
    `${connections} idle connections`,
    rounds,
    candidates.map((candidate) => ({
      name: candidate.name,
      run: () =>
        withServer(candidate, async (server) => {
          const load = { reads: candidate.reads, connections };
          const { grownKb, cpuSeconds } = await measure(server, 'idle', load);
          return { memory: grownKb / connections, cpu: (cpuSeconds * 1e6) / connections };
        }),
    })),
  );
  const columns = [
    { title: 'KB each', figure: 'memory', places: 1, against: SIMPLE_SERVERS.ws.name },
    { title: 'KB each', figure: 'memory', places: 1, against: SIMPLE_SERVERS.socketio.name },
    { title: 'µs to connect', figure: 'cpu' },
  ];
  yield [result, formatTable(result, columns)];
}
