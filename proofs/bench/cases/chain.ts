import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MESSAGE } from '../../../server/entry-kinds';
import type { Draft } from '../../../server/log/store';
import type * as Open from '../../../server/stores/open';
import { percentile } from '../../percentile';
import type { Build } from '../../soak/build';
import { parleyFrom } from '../candidates';
import { copyPatched } from '../patched-build';
import { formatTable, measureInTurns, type Column, type Figures, type Result } from '../table';
import { WITHOUT_CHAIN } from '../without-chain';
import { measureAppends } from './appends';
import type { Scale } from './case';

/** How many messages a commit has: one by itself, and as many as a busy and a crowded server gathers. */
const BATCHES = [1, 64, 1_024];
/** How long the store is written to before the measurement, as a share of it. */
const WARM_UP = 0.2;
const TEXT = 'x'.repeat(100);

/** A busy server: as many senders, each with as many messages in flight. */
const BUSY = { transport: 'ws', senders: 100, window: 64, rooms: 1 } as const;
const WITHOUT = 'without the chain';
const COLUMNS: readonly Column[] = [
  { title: 'appends/s', figure: 'rate', against: WITHOUT },
  { title: 'µs of processor each', figure: 'cpu', places: 1, against: WITHOUT },
  { title: 'p50 ms', figure: 'p50', places: 2 },
  { title: 'p99 ms', figure: 'p99', places: 2 },
];

/** What the hash chain costs appends to SQLite: at the store, with its thread and its syncs, and through the whole server. */
export async function* chain({ rounds, seconds }: Scale): AsyncGenerator<[Result, string]> {
  const builds = [
    { name: WITHOUT, build: copyPatched(WITHOUT_CHAIN) },
    { name: 'with it', build: copyPatched([]) },
  ];
  const measureAll = async (
    title: string,
    run: (build: Build) => Promise<Figures>,
  ): Promise<[Result, string]> => {
    const candidates = builds.map(({ name, build }) => ({ name, run: () => run(build) }));
    const result = await measureInTurns(`The hash chain on SQLite, ${title}`, rounds, candidates);
    return [result, formatTable(result, COLUMNS)];
  };
  try {
    for (const batch of BATCHES) {
      yield await measureAll(`${batch} in a commit`, (build) => writeToStore(build, batch, seconds));
    }
    const { senders, window } = BUSY;
    yield await measureAll(`through /ws from ${senders} × ${window}`, (build) =>
      measureAppends(parleyFrom(build), { ...BUSY, seconds }),
    );
  } finally {
    builds.forEach(({ build }) => build.remove());
  }
}

/** Appends batches to a new database, one after the other. */
async function writeToStore(build: Build, batch: number, seconds: number): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-bench-'));
  const { openStores } = (await import(join(build.folder, 'dist', 'stores', 'open.js'))) as typeof Open;
  const stores = await openStores(join(folder, 'parley.db'));
  const appendFor = async (duration: number): Promise<number[]> => {
    const latencies: number[] = [];
    const end = performance.now() + duration * 1_000;
    for (let now = performance.now(); now < end;) {
      await stores.log.append(Array.from({ length: batch }, createDraft), new Date());
      const startedAt = now;
      now = performance.now();
      latencies.push(now - startedAt);
    }
    return latencies;
  };
  try {
    await appendFor(WARM_UP * seconds);
    const [startedAt, cpu] = [performance.now(), process.cpuUsage()];
    const latencies = await appendFor(seconds);
    const { user, system } = process.cpuUsage(cpu);
    const entries = latencies.length * batch;
    return {
      rate: entries / ((performance.now() - startedAt) / 1_000),
      cpu: (user + system) / entries,
      p50: percentile(latencies, 0.5),
      p99: percentile(latencies, 0.99),
    };
  } finally {
    await stores.close();
    rmSync(folder, { recursive: true });
  }
}

function createDraft(): Draft {
  return {
    room: 'chain',
    id: randomUUID(),
    visitor: 'abcdefghijkl',
    username: 'Anonymous',
    type: MESSAGE,
    body: { message: TEXT },
  };
}
