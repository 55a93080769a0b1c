import { hasPostgres } from '../../../__tests__/support/postgres-programs';
import type { Patch } from '../../patch';
import { percentile } from '../../percentile';
import type { ServerProcess } from '../../../__tests__/support/process';
import { runLoad } from '../measure';
import { hasNats, parleyOf, startSocketIo, withNodes } from '../nodes';
import { copyPatched } from '../patched-build';
import { formatTable, measureInTurns, type Figures, type Result } from '../table';
import type { Scale } from './case';
import { RATE } from './fan-out';

/** One hot room, and many. */
const ROOMS = [1, 64];
const SENDERS = 64;
/** Messages in flight for each sender when the nodes are busy. */
const WINDOW = 16;

/** Each message in a transaction of its own: one at a time in a room. */
const ONE_BY_ONE: readonly Patch[] = [
  {
    file: 'dist/log/append-queue.js',
    from: 'BATCH_MAX = 1024',
    to: 'BATCH_MAX = 1',
  },
];

const LOG = 'dist/stores/postgres/log.js';
/** The bell is part of the transaction that it announces. */
const NOTIFY_INSIDE: readonly Patch[] = [
  { file: LOG, from: "this.bus.publish('log', room);", to: '' },
  {
    file: LOG,
    from: 'writes: (0, append_queries_1.writesOf)(batch, at)',
    to: `writes: [...(0, append_queries_1.writesOf)(batch, at), {
      text: "SELECT pg_notify('parley_log', room) FROM unnest($1::text[]) AS room", values: [[...batch.grown]] }]`,
  },
];

const BASELINE = 'one transaction per message';
const BELLS = [
  { name: BASELINE, patches: ONE_BY_ONE, bell: 'postgres', batches: 'room' },
  { name: 'NOTIFY after the commit', patches: [], bell: 'postgres', batches: 'all' },
  { name: 'the same, each room in transactions of its own', patches: [], bell: 'postgres', batches: 'room' },
  { name: 'NOTIFY inside it', patches: NOTIFY_INSIDE, bell: 'postgres', batches: 'all' },
  ...(hasNats ? [{ name: 'NATS', patches: [], bell: 'nats', batches: 'all' } as const] : []),
] as const;

/** Appends and deliveries of several nodes on one PostgreSQL, by the way in which they ring each other's bells. */
export async function* nodes({ rounds, seconds, nodes: counts }: Scale): AsyncGenerator<[Result, string]> {
  if (!hasPostgres) return;
  const candidates = BELLS.map((each) => ({ ...each, build: copyPatched(each.patches) }));
  try {
    for (const rooms of ROOMS) {
      for (const count of counts) {
        const result = await measureInTurns(
          `${rooms === 1 ? 'One hot room' : `${rooms} rooms`}, ${count === 1 ? 'one node' : `${count} nodes`}`,
          rounds,
          [
            ...candidates.map(({ name, build, bell, batches }) => ({
              name,
              run: () =>
                run(parleyOf(build, { DATABASE_BATCHES: batches }), 'json', bell, count, rooms, seconds),
            })),
            {
              name: 'Socket.IO on its adapter, which stores nothing',
              run: () => run(startSocketIo, 'socketio', 'postgres', count, rooms, seconds),
            },
          ],
        );
        const columns = [
          { title: 'appends/s', figure: 'rate', against: BASELINE },
          { title: 'delivery p50 ms', figure: 'busyP50', places: 1 },
          { title: 'p99 ms', figure: 'busyP99', places: 1 },
          { title: `at ${RATE}: p50 ms`, figure: 'p50', places: 1 },
          { title: 'p99 ms', figure: 'p99', places: 1 },
          { title: 'delivered', figure: 'complete', places: 3 },
        ];
        yield [result, formatTable(result, columns)];
      }
    }
  } finally {
    candidates.forEach(({ build }) => build.remove());
  }
}

function run(
  start: (env: Record<string, string>) => Promise<ServerProcess>,
  protocol: 'json' | 'socketio',
  bell: 'postgres' | 'nats',
  count: number,
  rooms: number,
  seconds: number,
): Promise<Figures> {
  return withNodes(start, count, bell, async (ports) => {
    const load = { ports, protocol, rooms, senders: SENDERS, seconds };
    const quiet = await runLoad('nodes', { ...load, window: 0 });
    const busy = await runLoad('nodes', { ...load, window: WINDOW });
    return {
      rate: busy.acknowledged / busy.elapsedSeconds,
      busyP50: percentile(busy.latencies, 0.5),
      busyP99: percentile(busy.latencies, 0.99),
      p50: percentile(quiet.latencies, 0.5),
      p99: percentile(quiet.latencies, 0.99),
      complete: Math.min(quiet.complete, busy.complete),
    };
  });
}
