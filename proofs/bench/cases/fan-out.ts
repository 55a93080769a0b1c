import { BARE, INSTALLED, LOOPS, PARLEY, type Peer } from '../candidates';
import { measure } from '../measure';
import { withServer } from '../server';
import { byTurns, table, type Figures, type Result } from '../table';
import { percentile, type Size } from './case';

const PEERS: readonly Peer[] = [
  LOOPS.ws,
  LOOPS.socketio,
  ...INSTALLED,
  BARE,
  PARLEY.ws,
  PARLEY.socketio,
  PARLEY.sse,
];

/** Four senders, and many who read: messages that reach a reader in a second, and what each costs the server. */
export async function* fanOut({
  rounds,
  seconds,
  receivers,
  windows,
}: Size): AsyncGenerator<[Result, string]> {
  for (const count of receivers) {
    for (const window of windows) {
      const pace = window > 0 ? `4 senders with ${window} in flight` : '50 messages in a second';
      const result = await byTurns(
        `Fan-out to ${count}, ${pace}`,
        rounds,
        PEERS.map((peer) => ({ name: peer.name, run: () => run(peer, count, window, seconds) })),
      );
      const columns = [
        { title: 'thousand deliveries/s', figure: 'rate', unit: 1e3, against: LOOPS.socketio.name },
        { title: 'server µs/delivery', figure: 'cpu', places: 2, against: LOOPS.ws.name },
        { title: 'MB/s', figure: 'bytes', unit: 1e6 },
        { title: 'p50 ms', figure: 'p50', places: 1 },
        { title: 'p99 ms', figure: 'p99', places: 1 },
        { title: 'delivered', figure: 'complete', places: 3 },
      ];
      yield [result, table(result, columns)];
    }
  }
}

/** Puts the load on one peer. */
export function run(peer: Peer, receivers: number, window: number, seconds: number): Promise<Figures> {
  return withServer(peer, async (server) => {
    const { reads, writes } = peer;
    const seen = await measure(server, 'fanOut', { reads, writes, receivers, window, seconds });
    const { deliveries, elapsed, latencies, cpu, bytes, complete } = seen;
    return {
      rate: deliveries / elapsed,
      cpu: (cpu * 1e6) / deliveries,
      bytes: bytes / elapsed,
      p50: percentile(latencies, 0.5),
      p99: percentile(latencies, 0.99),
      complete,
    };
  });
}
