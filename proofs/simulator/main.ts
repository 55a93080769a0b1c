import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { runCommand } from '../../__tests__/support/command';
import { Log } from '../../server/log/log';
import { describeFailure, shrink, simulateAll } from './seeds';

const USAGE = `npm run simulate -- [--seed S] [--seeds N]

  --seed S    the first seed; a new one by default
  --seeds N   how many seeds are run, from the first on (default 1000000)
`;
/** How often a run tells where it stands, in ms. */
const TELL_EVERY = 10_000;

const print = (line: string): boolean => process.stdout.write(`${line}\n`);

interface Options {
  seed: number;
  seeds: number;
}

/** @returns whether nothing was found wrong. */
async function main({ seed, seeds }: Options): Promise<boolean> {
  const begun = performance.now();
  let told = begun;
  const tell = (next: number): void => {
    const seconds = (performance.now() - begun) / 1_000;
    const count = next - seed;
    print(`${seconds.toFixed(0).padStart(6)} s  ${count} seeds, ${(count / seconds).toFixed(0)} a second`);
  };
  print(`seeds ${seed} to ${seed + seeds - 1}`);
  const failure = await simulateAll(Log, { seed, seeds }, (done) => {
    if (performance.now() - told < TELL_EVERY) return;
    told = performance.now();
    tell(done + 1);
  });
  tell(failure ? failure.seed + 1 : seed + seeds);
  if (!failure) return true;
  print(describeFailure(await shrink(Log, failure)));
  print(`Again: npm run simulate -- --seed ${failure.seed} --seeds 1`);
  return false;
}

function readOptions(): Options {
  const { values } = parseArgs({ options: { seed: { type: 'string' }, seeds: { type: 'string' } } });
  const [seed, seeds] = [Number(values.seed ?? randomInt(2 ** 31)), Number(values.seeds ?? 1_000_000)];
  if (!Number.isSafeInteger(seed) || !(seeds > 0)) throw new Error('--seed and --seeds are numbers.');
  return { seed, seeds };
}

runCommand(USAGE, readOptions, main);
