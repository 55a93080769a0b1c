import { SOCKETIO_WRITES } from '../candidates';
import { byTurns, table, type Result } from '../table';
import type { Size } from './case';
import { run } from './fan-out';

/** What it saves to write frames to the socket below a Socket.IO connection: the reason why Parley does. */
export async function* socketIoWrites({
  rounds,
  seconds,
  receivers,
}: Size): AsyncGenerator<[Result, string]> {
  const { preEncoded, direct } = SOCKETIO_WRITES;
  for (const count of receivers) {
    const result = await byTurns(
      `Writing to ${count} Socket.IO connections, 50 messages in a second`,
      rounds,
      [preEncoded, direct].map((peer) => ({ name: peer.name, run: () => run(peer, count, 0, seconds) })),
    );
    const columns = [
      { title: 'server µs/delivery', figure: 'cpu', places: 2, against: preEncoded.name },
      { title: 'p50 ms', figure: 'p50', places: 1 },
      { title: 'p99 ms', figure: 'p99', places: 1 },
    ];
    yield [result, table(result, columns)];
  }
}
