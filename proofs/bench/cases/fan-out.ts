import { percentile } from '../../percentile';
import { BARE_LOOP, INSTALLED_SERVERS, PARLEY, SIMPLE_SERVERS, type Candidate } from '../candidates';
import { MESSAGES_PER_SECOND, SENDERS } from '../load/fan-out';
import { measure } from '../measure';
import { withServer } from '../server';
import { formatTable, measureInTurns, type Figures, type Result } from '../table';
import type { Scale } from './case';

const CANDIDATES: readonly Candidate[] = [
  SIMPLE_SERVERS.ws,
  SIMPLE_SERVERS.socketio,
  ...INSTALLED_SERVERS,
  BARE_LOOP,
  PARLEY.ws,
  PARLEY.socketio,
  PARLEY.sse,
];

/** The load of a fan-out without a window, in words. */
export const RATE = `${MESSAGES_PER_SECOND} messages per second`;

/** A few senders and many receivers: deliveries per second, and the cost of each delivery for the server. */
export async function* fanOut({
  rounds,
  seconds,
  receivers,
  windows,
}: Scale): AsyncGenerator<[Result, string]> {
  for (const count of receivers) {
    for (const window of windows) {
      const rate = window > 0 ? `${SENDERS} senders with ${window} in flight` : RATE;
      const result = await measureInTurns(
        `Fan-out to ${count}, ${rate}`,
        rounds,
        CANDIDATES.map((candidate) => ({
          name: candidate.name,
          run: () => measureFanOut(candidate, count, window, seconds),
        })),
      );
      const columns = [
        { title: 'thousand deliveries/s', figure: 'rate', unit: 1e3, against: SIMPLE_SERVERS.socketio.name },
        { title: 'server µs/delivery', figure: 'cpu', places: 2, against: SIMPLE_SERVERS.ws.name },
        { title: 'MB/s', figure: 'bytes', unit: 1e6 },
        { title: 'p50 ms', figure: 'p50', places: 1 },
        { title: 'p99 ms', figure: 'p99', places: 1 },
        { title: 'delivered', figure: 'complete', places: 3 },
      ];
      yield [result, formatTable(result, columns)];
    }
  }
}

/** Measures one candidate under the load `fanOut`. */
export function measureFanOut(
  candidate: Candidate,
  receivers: number,
  window: number,
  seconds: number,
): Promise<Figures> {
  return withServer(candidate, async (server) => {
    const { reads, writes } = candidate;
    const measured = await measure(server, 'fanOut', { reads, writes, receivers, window, seconds });
    const { deliveries, elapsedSeconds, latencies, cpuSeconds, bytes, complete } = measured;
    return {
      rate: deliveries / elapsedSeconds,
      cpu: (cpuSeconds * 1e6) / deliveries,
      bytes: bytes / elapsedSeconds,
      p50: percentile(latencies, 0.5),
      p99: percentile(latencies, 0.99),
      complete,
    };
  });
}
