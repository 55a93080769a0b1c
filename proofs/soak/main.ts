import { runCommand } from '../../__tests__/support/command';
import { copyBuild, type Build } from './build';
import { CASES, ELSEWHERE } from './cases/all';
import { Skipped } from './cases/case';
import { readOptions, USAGE, type Options } from './options';
import { RandomRun } from './random-run';
import { progress, summary } from './report';

/** How often a run tells where it stands, in ms. */
const TELL_EVERY = 5_000;

const print = (line: string): boolean => process.stdout.write(`${line}\n`);

/** @returns whether nothing was found wrong. */
async function main(options: Options): Promise<boolean> {
  const build = copyBuild(options.build);
  try {
    return await (options.cases.length > 0 ? cases(options.cases, build) : random(options, build));
  } finally {
    build.remove();
  }
}

async function random(options: Options, build: Build): Promise<boolean> {
  const run = new RandomRun(options);
  print(`seed ${options.seed}`);
  run.findings.onFirst((what) => print(`  ${what}`));
  const telling = setInterval(() => print(progress(run)), TELL_EVERY);
  try {
    await run.run(build);
  } finally {
    clearInterval(telling);
    print(summary(run, options));
  }
  return run.findings.total === 0;
}

/** Runs cases one after the other, since most of them measure. */
async function cases(names: string[], build: Build): Promise<boolean> {
  const chosen = CASES.filter(({ name }) => names.includes(name));
  let failed = 0;
  for (const { name, title, run } of chosen) {
    print(`${name.padEnd(4)} ${title}`);
    try {
      print(`     ok: ${await run(build)}`);
    } catch (error) {
      const { message } = error as Error;
      if (!(error instanceof Skipped)) failed += 1;
      print(`     ${error instanceof Skipped ? 'SKIPPED' : 'FAILED'}: ${message}`);
    }
  }
  for (const [name, where] of Object.entries(ELSEWHERE)) {
    if (names.includes(name)) print(`${name.padEnd(4)} ${where}`);
  }
  print(`${chosen.length} cases, ${failed} failed`);
  return failed === 0;
}

// Socket.IO's polling client in Node throws where nobody can catch it, when a request fails that it has given up.
process.on('uncaughtException', (error) => {
  if (!error.stack?.includes('xmlhttprequest-ssl')) throw error;
});

runCommand(USAGE, () => readOptions(process.argv.slice(2)), main);
