import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { scratch } from '../../__tests__/support/app';
import { runCommand } from '../../__tests__/support/command';
import { fuzz } from './run';
import { startFuzzed } from './server';

const USAGE = `npm run fuzz -- [--seed N] [--count N]

  --seed N    repeats a run; a new one by default
  --count N   how many frames and requests (default 1000000)
`;
/** How much the server may grow after the first tenth of a run, in MB. */
const ROOM = 100;

const print = (line: string): boolean => process.stdout.write(`${line}\n`);

/** @returns whether nothing was found wrong. */
async function main({ seed, count }: ReturnType<typeof readOptions>): Promise<boolean> {
  const place = scratch();
  const server = await startFuzzed(place.folder);
  const begun = performance.now();
  const seconds = (): string => ((performance.now() - begun) / 1_000).toFixed(0);
  print(`seed ${seed}`);
  let told = 0;
  const { findings, standing } = await fuzz(server, seed, count, ({ sent, now }) => {
    if (sent < told) return;
    told += count / 20;
    print(`${seconds().padStart(5)} s  ${sent} sent, ${now.toFixed(0)} MB`);
  });
  const { sent, before, now } = standing;
  if (now - before > ROOM) findings.push(`The server grew by ${(now - before).toFixed(0)} MB.`);
  findings.forEach(print);
  print(
    `seed ${seed}: ${sent} frames and requests in ${seconds()} s, ${findings.length} findings; ` +
      `memory ${before.toFixed(0)} MB after the first tenth, ${now.toFixed(0)} MB at the end`,
  );
  if (server.child.exitCode === null) await server.end('SIGTERM');
  place.remove();
  return findings.length === 0;
}

function readOptions(): { seed: number; count: number } {
  const { values } = parseArgs({ options: { seed: { type: 'string' }, count: { type: 'string' } } });
  const [seed, count] = [Number(values.seed ?? randomInt(2 ** 31)), Number(values.count ?? 1_000_000)];
  if (!Number.isSafeInteger(seed) || !(count > 0)) throw new Error('The seed and the count are numbers.');
  return { seed, count };
}

runCommand(USAGE, readOptions, main);
