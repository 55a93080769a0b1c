import { print, runCommand } from '../command-line';
import { copyBuild } from './build';
import { makeMistake, MISTAKES, PLAN, type Mistake } from './mistakes';
import { RandomRun } from './random-run';

const USAGE = `npm run soak:mistakes -- [FOLDER]

  FOLDER   the folder whose dist/ is patched and run; this repository by default
`;

/** Runs a copy of a build, with a mistake if there is one. */
async function runBuild(folder: string | undefined, mistake: Mistake | undefined): Promise<RandomRun> {
  const build = copyBuild(folder);
  try {
    if (mistake) makeMistake(build, mistake);
    const run = new RandomRun(PLAN);
    await run.run({ ...build, errors: mistake ? 'ignore' : 'inherit' });
    return run;
  } finally {
    build.remove();
  }
}

/** @returns whether runs detected every mistake, and found nothing in the correct build. */
async function main(folder: string | undefined): Promise<boolean> {
  let passed = true;
  for (const mistake of [undefined, ...MISTAKES]) {
    const { findings, seconds } = await runBuild(folder, mistake);
    const isExpected = mistake
      ? mistake.finds.some((kind) => findings.counts[kind] > 0)
      : findings.total === 0;
    passed &&= isExpected;
    const counts = JSON.stringify(findings.counts);
    const name = mistake ? `a build that ${mistake.name}` : 'the correct build';
    print(`${isExpected ? 'ok    ' : 'FAILED'} ${name}: ${counts} in ${seconds.toFixed(0)} s`);
    if (findings.evidence[0]) print(`       ${findings.evidence[0]}`);
  }
  return passed;
}

runCommand(USAGE, () => process.argv[2], main);
