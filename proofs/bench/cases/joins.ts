import { percentile } from '../../percentile';
import { HISTORY_SIZE, PARLEY, SIMPLE_SERVERS, type Candidate } from '../candidates';
import { SENDERS } from '../load/fan-out';
import { measure } from '../measure';
import { withServer } from '../server';
import { formatTable, measureInTurns, type Figures, type Result } from '../table';
import type { Scale } from './case';

/** How many readers join one after the other, and how many at once. */
const SERIAL = 300;
const STORM = 2_000;

/** The cost of joining: one reader after the other, and many at once, as after a restart or a network failure. */
export async function* joins({ rounds }: Scale): AsyncGenerator<[Result, string]> {
  const candidates: Candidate[] = [SIMPLE_SERVERS.socketio, PARLEY.ws, PARLEY.socketio, PARLEY.sse];
  for (const [title, connections, atOnce] of [
    [`To join and receive the last ${HISTORY_SIZE} messages`, SERIAL, 1],
    [`${STORM} readers reconnect at once, and receive ${HISTORY_SIZE} messages each`, STORM, STORM],
  ] as const) {
    const result = await measureInTurns(
      title,
      rounds,
      candidates.map((candidate) => ({
        name: candidate.name,
        run: () => run(candidate, connections, atOnce),
      })),
    );
    const columns = [
      { title: 'p50 ms', figure: 'p50', places: 1, against: SIMPLE_SERVERS.socketio.name },
      { title: 'p99 ms', figure: 'p99', places: 1 },
      { title: 'all, s', figure: 'elapsed', places: 2, against: SIMPLE_SERVERS.socketio.name },
      { title: 'server µs each', figure: 'cpu' },
    ];
    yield [result, formatTable(result, columns)];
  }
}

function run(candidate: Candidate, connections: number, atOnce: number): Promise<Figures> {
  return withServer(candidate, async (server) => {
    const { reads, writes } = candidate;
    // Writes the messages that the readers will receive.
    await measure(server, 'fanOut', {
      reads,
      writes,
      receivers: 1,
      window: Math.ceil(HISTORY_SIZE / SENDERS),
      seconds: 0,
    });
    const start = { room: 'lobby', last: String(HISTORY_SIZE) };
    const load = { reads, connections, atOnce, start, messages: HISTORY_SIZE };
    const { latencies, elapsedSeconds, cpuSeconds } = await measure(server, 'joins', load);
    return {
      p50: percentile(latencies, 0.5),
      p99: percentile(latencies, 0.99),
      elapsed: elapsedSeconds,
      cpu: (cpuSeconds * 1e6) / connections,
    };
  });
}
