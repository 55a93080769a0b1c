import { parseArgs } from 'node:util';
import { Log } from '../../server/log/log';
import { parseNumber, parseSeed, print, runCommand } from '../command-line';
import { describeFailure, shrink, simulateAll } from './seeds';

const USAGE = `npm run simulate -- [--seed N] [--seeds N]

  --seed N    the first seed; a random one by default
  --seeds N   how many consecutive seeds are run (default 1000000)
`;
const PROGRESS_INTERVAL_MS = 10_000;

interface Options {
  seed: number;
  seeds: number;
}

/** @returns whether no seed failed. */
async function main({ seed, seeds }: Options): Promise<boolean> {
  const startedAt = performance.now();
  let printedAt = startedAt;
  const printProgress = (count: number): void => {
    const seconds = (performance.now() - startedAt) / 1_000;
    const rate = (count / seconds).toFixed(0);
    print(`${seconds.toFixed(0).padStart(6)} s  ${count} seeds, ${rate} per second`);
  };
  print(`seeds ${seed} to ${seed + seeds - 1}`);
  const failure = await simulateAll(Log, { seed, seeds }, (passed) => {
    if (performance.now() - printedAt < PROGRESS_INTERVAL_MS) return;
    printedAt = performance.now();
    printProgress(passed + 1 - seed);
  });
  printProgress(failure ? failure.seed + 1 - seed : seeds);
  if (!failure) return true;
  print(describeFailure(await shrink(Log, failure)));
  print(`replay: npm run simulate -- --seed ${failure.seed} --seeds 1`);
  return false;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: { seed: { type: 'string' }, seeds: { type: 'string', default: '1000000' } },
  });
  return { seed: parseSeed(values.seed), seeds: parseNumber('seeds', values.seeds, 1) };
}

runCommand(USAGE, readOptions, main);
