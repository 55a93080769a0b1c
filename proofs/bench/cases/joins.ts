import { LOOPS, PARLEY, type Peer } from '../candidates';
import { measure } from '../measure';
import { withServer } from '../server';
import { byTurns, table, type Figures, type Result } from '../table';
import { percentile, type Size } from './case';

const HISTORY = 50;
const STORM = 2_000;

/** What it takes to come in: one after the other, and all at once when a server or a network was away. */
export async function* joins({ rounds }: Size): AsyncGenerator<[Result, string]> {
  const peers: Peer[] = [LOOPS.socketio, PARLEY.ws, PARLEY.socketio, PARLEY.sse];
  for (const [title, connections, atOnce] of [
    [`To come in and have the last ${HISTORY} messages`, 300, 1],
    [`${STORM} who come back at once, each to ${HISTORY} messages`, STORM, STORM],
  ] as const) {
    const result = await byTurns(
      title,
      rounds,
      peers.map((peer) => ({ name: peer.name, run: () => run(peer, connections, atOnce) })),
    );
    const columns = [
      { title: 'p50 ms', figure: 'p50', places: 1, against: LOOPS.socketio.name },
      { title: 'p99 ms', figure: 'p99', places: 1 },
      { title: 'all, s', figure: 'elapsed', places: 2, against: LOOPS.socketio.name },
      { title: 'server µs each', figure: 'cpu' },
    ];
    yield [result, table(result, columns)];
  }
}

function run(peer: Peer, connections: number, atOnce: number): Promise<Figures> {
  return withServer(peer, async (server) => {
    const { reads, writes } = peer;
    // The messages that there are to be had.
    await measure(server, 'fanOut', {
      reads,
      writes,
      receivers: 1,
      window: Math.ceil(HISTORY / 4),
      seconds: 0,
    });
    const start = { room: 'lobby', last: String(HISTORY) };
    const seen = await measure(server, 'joins', { reads, connections, atOnce, start, messages: HISTORY });
    return {
      p50: percentile(seen.latencies, 0.5),
      p99: percentile(seen.latencies, 0.99),
      elapsed: seen.elapsed,
      cpu: (seen.cpu * 1e6) / connections,
    };
  });
}
