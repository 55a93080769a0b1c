import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { percentile } from '../../percentile';
import { ACKNOWLEDGING, PARLEY, type Candidate } from '../candidates';
import type { AppendsLoad, WriteTransport } from '../load/appends';
import { measure } from '../measure';
import { withServer } from '../server';
import { formatTable, measureInTurns, type Figures, type Result } from '../table';
import type { Scale } from './case';

type Load = Omit<AppendsLoad, 'port'>;

/** The size of a page in SQLite's write-ahead log, with its header, in bytes. */
const WAL_FRAME_BYTES = 4096 + 24;
/** How many syncs are measured. */
const SYNCS = 1_000;

const NAMES: Record<WriteTransport, string> = { socketio: 'Socket.IO', ws: '/ws', post: 'POST /messages' };

/** The throughput and latency of acknowledgements: under load, in many rooms, and one message at a time. */
export async function* appends({ rounds, seconds }: Scale): AsyncGenerator<[Result, string]> {
  yield await measureBusy(rounds, seconds);
  yield await measureSingle(rounds, seconds);
}

async function measureBusy(rounds: number, seconds: number): Promise<[Result, string]> {
  const baseline = `${ACKNOWLEDGING.name}, 100 × 64`;
  const load: Load = { transport: 'socketio', senders: 100, window: 64, seconds, rooms: 1 };
  const loads: Load[] = [
    load,
    { ...load, transport: 'ws' },
    { ...load, transport: 'post', window: 1 },
    { ...load, rooms: 10_000 },
  ];
  const result = await measureInTurns(
    'Acknowledged messages, from so many senders × messages in flight',
    rounds,
    [
      { name: baseline, run: () => measureAppends(ACKNOWLEDGING, load) },
      ...loads.map((each) => ({ name: nameOf(each), run: () => measureAppends(PARLEY.socketio, each) })),
    ],
  );
  const columns = [
    { title: 'acknowledged/s', figure: 'rate', against: baseline },
    { title: 'server µs each', figure: 'cpu' },
    { title: 'p50 ms', figure: 'p50', places: 1 },
    { title: 'p99 ms', figure: 'p99', places: 1 },
    { title: 'memory grown, MB', figure: 'grown', unit: 1024 },
  ];
  return [result, formatTable(result, columns)];
}

function nameOf({ transport, senders, window, rooms }: Load): string {
  return `Parley, ${NAMES[transport]}, ${senders} × ${window}${rooms > 1 ? `, ${rooms} rooms` : ''}`;
}

async function measureSingle(rounds: number, seconds: number): Promise<[Result, string]> {
  const load: Load = { transport: 'socketio', senders: 1, window: 1, seconds, rooms: 1 };
  const result = await measureInTurns('One message at a time, until it is acknowledged', rounds, [
    { name: 'a sync of the disk, and nothing else', run: async () => measureSyncs() },
    { name: ACKNOWLEDGING.name, run: () => measureAppends(ACKNOWLEDGING, load) },
    ...(['socketio', 'ws', 'post'] as const).map((transport) => ({
      name: `Parley, ${NAMES[transport]}`,
      run: () => measureAppends(PARLEY.socketio, { ...load, transport }),
    })),
  ]);
  const columns = [
    { title: 'p50 ms', figure: 'p50', places: 3 },
    { title: 'p99 ms', figure: 'p99', places: 3 },
  ];
  return [result, formatTable(result, columns)];
}

/** Measures one candidate under the load `appends`. */
export function measureAppends(candidate: Candidate, load: Load): Promise<Figures> {
  return withServer(candidate, async (server) => {
    const measured = await measure(server, 'appends', load);
    const { acknowledged, elapsedSeconds, latencies, cpuSeconds, grownKb } = measured;
    return {
      rate: acknowledged / elapsedSeconds,
      cpu: (cpuSeconds * 1e6) / acknowledged,
      p50: percentile(latencies, 0.5),
      p99: percentile(latencies, 0.99),
      grown: grownKb,
    };
  });
}

/** Measures how long the disk takes to write and sync one page, as SQLite does for its write-ahead log. */
function measureSyncs(): Figures {
  const folder = mkdtempSync(join(tmpdir(), 'parley-bench-'));
  const file = openSync(join(folder, 'file'), 'w');
  const page = Buffer.alloc(WAL_FRAME_BYTES);
  const latencies = Array.from({ length: SYNCS }, () => {
    const startedAt = performance.now();
    writeSync(file, page);
    fdatasyncSync(file);
    return performance.now() - startedAt;
  });
  closeSync(file);
  rmSync(folder, { recursive: true });
  return { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) };
}
