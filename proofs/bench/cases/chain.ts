import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MESSAGE } from '../../../server/entry-kinds';
import type { Draft } from '../../../server/log/store';
import type * as Open from '../../../server/stores/open';
import type { Patch } from '../../patch';
import { percentile } from '../../percentile';
import type { Build } from '../../soak/build';
import { copyPatched } from '../patched-build';
import { formatTable, measureInTurns, type Figures, type Result } from '../table';
import type { Scale } from './case';

/** How many messages a commit has: one by itself, and as many as a busy and a crowded server gathers. */
const BATCHES = [1, 64, 1_024];
/** How long the store is written to before the measurement, as a share of it. */
const WARM_UP = 0.2;
const TEXT = 'x'.repeat(100);

const APPENDING = 'dist/stores/sqlite/append.js';
/** Leaves out salts, commitments and hashes, and stores empty ones, so that the rows are as small as without them. */
const WITHOUT_CHAIN: readonly Patch[] = [
  { file: APPENDING, from: 'const salts = (0, chain_1.createSalts)(drafts.length);', to: '' },
  { file: APPENDING, from: 'const salt = salts[i];', to: "const salt = '';" },
  {
    file: APPENDING,
    from: '(0, chain_1.hashOf)(head.hash, (0, chain_1.commitmentTo)(type, body, salt), fields)',
    to: "''",
  },
];

/** What the hash chain costs appends to SQLite: the store itself, with its writer's thread and its syncs of the disk. */
export async function* chain({ rounds, seconds }: Scale): AsyncGenerator<[Result, string]> {
  const without = 'without the chain';
  const builds = { [without]: copyPatched(WITHOUT_CHAIN), 'with it': copyPatched([]) };
  try {
    for (const batch of BATCHES) {
      const result = await measureInTurns(
        `The hash chain on SQLite, ${batch} in a commit`,
        rounds,
        Object.entries(builds).map(([name, build]) => ({ name, run: () => run(build, batch, seconds) })),
      );
      const columns = [
        { title: 'appends/s', figure: 'rate', against: without },
        { title: 'µs of processor each', figure: 'cpu', places: 1, against: without },
        { title: 'commit p50 ms', figure: 'p50', places: 2 },
        { title: 'commit p99 ms', figure: 'p99', places: 2 },
      ];
      yield [result, formatTable(result, columns)];
    }
  } finally {
    Object.values(builds).forEach(({ remove }) => remove());
  }
}

/** Appends batches to a new database, one after the other. */
async function run(build: Build, batch: number, seconds: number): Promise<Figures> {
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
