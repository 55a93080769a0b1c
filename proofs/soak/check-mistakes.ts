import { copyBuild } from './build';
import { make, MISTAKES, PLAN, type Mistake } from './mistakes';
import { RandomRun } from './random-run';

async function runWith(mistake: Mistake | undefined): Promise<RandomRun> {
  const build = copyBuild(process.argv[2]);
  try {
    if (mistake) make(build, mistake);
    const run = new RandomRun(PLAN);
    await run.run({ ...build, errors: mistake ? 'ignore' : 'inherit' });
    return run;
  } finally {
    build.remove();
  }
}

/** Shows that a run finds each mistake, and nothing in a correct build. @returns whether that is so. */
async function main(): Promise<boolean> {
  let passed = true;
  for (const mistake of [undefined, ...MISTAKES]) {
    const { findings, seconds } = await runWith(mistake);
    const isAsExpected = mistake
      ? mistake.finds.some((kind) => findings.counts[kind] > 0)
      : findings.total === 0;
    passed &&= isAsExpected;
    const counts = JSON.stringify(findings.counts);
    const name = mistake ? `a build that ${mistake.name}` : 'the correct build';
    process.stdout.write(
      `${isAsExpected ? 'ok    ' : 'FAILED'} ${name}: ${counts} in ${seconds.toFixed(0)} s\n`,
    );
    if (findings.evidence[0]) process.stdout.write(`       ${findings.evidence[0]}\n`);
  }
  return passed;
}

main().then(
  (passed) => process.exit(passed ? 0 : 1),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
