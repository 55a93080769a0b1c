import { hasNats } from '../../__tests__/support/nats';
import { print, runCommand } from '../command-line';
import { copyBuild, type Build } from './build';
import { CASES, TESTED_ELSEWHERE } from './cases/all';
import { Skipped } from './cases/case';
import { readOptions, USAGE, type Options } from './options';
import { RandomRun } from './random-run';
import { formatProgress, formatSummary } from './report';

const PROGRESS_INTERVAL_MS = 5_000;

/** @returns whether there were no findings, or no failed cases. */
async function main(options: Options): Promise<boolean> {
  if (options.bell === 'nats' && !hasNats) {
    print('SKIPPED: nats-server is not installed.');
    return true;
  }
  const copy = copyBuild(options.build);
  // Nodes report each time that their database is out of reach, which is intended here.
  const build: Build = { ...copy, errors: options.database === 'postgres' ? 'ignore' : copy.errors };
  try {
    return await (options.cases.length > 0 ? runCases(options.cases, build) : runRandomly(options, build));
  } finally {
    build.remove();
  }
}

async function runRandomly(options: Options, build: Build): Promise<boolean> {
  const run = new RandomRun(options);
  print(`seed ${options.seed}`);
  run.findings.onEvidence((text) => print(`  ${text}`));
  const timer = setInterval(() => print(formatProgress(run)), PROGRESS_INTERVAL_MS);
  try {
    await run.run(build);
  } finally {
    clearInterval(timer);
    print(formatSummary(run, options));
  }
  return run.findings.total === 0;
}

/** Runs cases one after the other, because most of them measure time or memory. */
async function runCases(names: string[], build: Build): Promise<boolean> {
  const cases = CASES.filter(({ name }) => names.includes(name));
  let failed = 0;
  for (const { name, title, run } of cases) {
    print(`${name.padEnd(4)} ${title}`);
    try {
      print(`     ok: ${await run(build)}`);
    } catch (error) {
      const { message } = error as Error;
      if (!(error instanceof Skipped)) failed += 1;
      print(`     ${error instanceof Skipped ? 'SKIPPED' : 'FAILED'}: ${message}`);
    }
  }
  for (const [name, place] of Object.entries(TESTED_ELSEWHERE)) {
    if (names.includes(name)) print(`${name.padEnd(4)} ${place}`);
  }
  print(`${cases.length} cases, ${failed} failed`);
  return failed === 0;
}

// socket.io-client's polling in Node throws outside of any caller when a request fails that it has already abandoned.
process.on('uncaughtException', (error) => {
  if (!error.stack?.includes('xmlhttprequest-ssl')) throw error;
});

runCommand(USAGE, () => readOptions(process.argv.slice(2)), main);
