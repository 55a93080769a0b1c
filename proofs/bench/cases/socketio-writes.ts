import { SOCKETIO_WRITES } from '../candidates';
import { formatTable, measureInTurns, type Result } from '../table';
import type { Scale } from './case';
import { measureFanOut, RATE } from './fan-out';

/** The benefit of writing frames to the TCP socket of a Socket.IO connection, as Parley does. */
export async function* socketIoWrites({
  rounds,
  seconds,
  receivers,
}: Scale): AsyncGenerator<[Result, string]> {
  const { preEncoded, direct } = SOCKETIO_WRITES;
  for (const count of receivers) {
    const result = await measureInTurns(
      `Writing to ${count} Socket.IO connections, ${RATE}`,
      rounds,
      [preEncoded, direct].map((candidate) => ({
        name: candidate.name,
        run: () => measureFanOut(candidate, count, 0, seconds),
      })),
    );
    const columns = [
      { title: 'server µs/delivery', figure: 'cpu', places: 2, against: preEncoded.name },
      { title: 'p50 ms', figure: 'p50', places: 1 },
      { title: 'p99 ms', figure: 'p99', places: 1 },
    ];
    yield [result, formatTable(result, columns)];
  }
}
