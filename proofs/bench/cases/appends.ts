import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ACKNOWLEDGING, PARLEY, type Peer } from '../candidates';
import type { Way } from '../load/appends';
import { measure } from '../measure';
import { withServer } from '../server';
import { byTurns, table, type Figures, type Result } from '../table';
import { percentile, type Size } from './case';

/** How fast messages are stored and acknowledged: many at once, one alone, and over many rooms. */
export async function* appends({ rounds, seconds }: Size): AsyncGenerator<[Result, string]> {
  const busy: [Way, number, number, number][] = [
    ['socketio', 100, 64, 1],
    ['ws', 100, 64, 1],
    ['post', 100, 1, 1],
    ['socketio', 100, 64, 10_000],
  ];
  const all = await byTurns('Acknowledged messages, from so many senders × messages in flight', rounds, [
    {
      name: `${ACKNOWLEDGING.name}, 100 × 64`,
      run: () => run(ACKNOWLEDGING, 'socketio', 100, 64, seconds, 1),
    },
    ...busy.map(([way, senders, window, rooms]) => ({
      name: `Parley, ${NAMES[way]}, ${senders} × ${window}${rooms > 1 ? `, ${rooms} rooms` : ''}`,
      run: () => run(PARLEY.socketio, way, senders, window, seconds, rooms),
    })),
  ]);
  yield [
    all,
    table(all, [
      { title: 'acknowledged/s', figure: 'rate', against: `${ACKNOWLEDGING.name}, 100 × 64` },
      { title: 'server µs each', figure: 'cpu' },
      { title: 'p50 ms', figure: 'p50', places: 1 },
      { title: 'p99 ms', figure: 'p99', places: 1 },
      { title: 'memory grown, MB', figure: 'grown', unit: 1024 },
    ]),
  ];

  const alone = await byTurns('One message alone, until it is acknowledged', rounds, [
    { name: 'one sync of the disk, and nothing else', run: () => Promise.resolve(syncs()) },
    {
      name: ACKNOWLEDGING.name,
      run: () => run(ACKNOWLEDGING, 'socketio', 1, 1, seconds, 1),
    },
    ...(['socketio', 'ws', 'post'] as const).map((way) => ({
      name: `Parley, ${NAMES[way]}`,
      run: () => run(PARLEY.socketio, way, 1, 1, seconds, 1),
    })),
  ]);
  yield [
    alone,
    table(alone, [
      { title: 'p50 ms', figure: 'p50', places: 3 },
      { title: 'p99 ms', figure: 'p99', places: 3 },
    ]),
  ];
}

const NAMES: Record<Way, string> = { socketio: 'Socket.IO', ws: '/ws', post: 'POST /messages' };

function run(
  peer: Peer,
  way: Way,
  senders: number,
  window: number,
  seconds: number,
  rooms: number,
): Promise<Figures> {
  return withServer(peer, async (server) => {
    const seen = await measure(server, 'appends', { way, senders, window, seconds, rooms });
    const { acknowledged, elapsed, latencies, cpu, grown } = seen;
    return {
      rate: acknowledged / elapsed,
      cpu: (cpu * 1e6) / acknowledged,
      p50: percentile(latencies, 0.5),
      p99: percentile(latencies, 0.99),
      grown,
    };
  });
}

/** What the disk takes for a page of SQLite's, written and synced as its log is. */
function syncs(): Figures {
  const folder = mkdtempSync(join(tmpdir(), 'parley-bench-'));
  const file = openSync(join(folder, 'file'), 'w');
  const page = Buffer.alloc(4096 + 24);
  const took = Array.from({ length: 1_000 }, () => {
    const begin = performance.now();
    writeSync(file, page);
    fdatasyncSync(file);
    return performance.now() - begin;
  }).sort((a, b) => a - b);
  closeSync(file);
  rmSync(folder, { recursive: true });
  return { p50: percentile(took, 0.5), p99: percentile(took, 0.99) };
}
