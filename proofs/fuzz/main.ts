import { parseArgs } from 'node:util';
import { createTemporaryFolder } from '../../__tests__/support/temporary-folder';
import { parseNumber, parseSeed, print, runCommand } from '../command-line';
import { fuzz, MAX_GROWTH_MB } from './run';
import { startFuzzedServer } from './server';

const USAGE = `npm run fuzz -- [--seed N] [--count N]

  --seed N    repeats the inputs of a run; a new seed by default
  --count N   how many frames and requests are sent (default 1000000)
`;
/** How many lines of progress a run prints. */
const PROGRESS_LINES = 20;

/** @returns whether there were no findings. */
async function main({ seed, count }: ReturnType<typeof readOptions>): Promise<boolean> {
  const { path: folder, remove } = createTemporaryFolder();
  const server = await startFuzzedServer(folder);
  const startedAt = performance.now();
  const seconds = (): string => ((performance.now() - startedAt) / 1_000).toFixed(0);
  print(`seed ${seed}`);
  let nextLine = 0;
  const { findings, progress } = await fuzz(server, seed, count, ({ sent, memoryMb }) => {
    if (sent < nextLine) return;
    nextLine += count / PROGRESS_LINES;
    print(`${seconds().padStart(5)} s  ${sent} sent, ${memoryMb.toFixed(0)} MB`);
  });
  const { sent, initialMemoryMb, memoryMb } = progress;
  const grownMb = memoryMb - initialMemoryMb;
  if (grownMb > MAX_GROWTH_MB) findings.push(`The server grew by ${grownMb.toFixed(0)} MB.`);
  findings.forEach((finding) => print(finding));
  print(
    `seed ${seed}: ${sent} frames and requests in ${seconds()} s, ${findings.length} findings; ` +
      `memory ${initialMemoryMb.toFixed(0)} MB after the first tenth, ${memoryMb.toFixed(0)} MB at the end`,
  );
  if (server.child.exitCode === null) await server.end('SIGTERM');
  remove();
  return findings.length === 0;
}

function readOptions(): { seed: number; count: number } {
  const { values } = parseArgs({
    options: { seed: { type: 'string' }, count: { type: 'string', default: '1000000' } },
  });
  return { seed: parseSeed(values.seed), count: parseNumber('count', values.count, 1) };
}

runCommand(USAGE, readOptions, main);
