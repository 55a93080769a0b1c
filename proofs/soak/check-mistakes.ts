import { copyBuild } from './build';
import { make, MISTAKES, PLAN, type Mistake } from './mistakes';
import { RandomRun } from './random-run';

async function findsIn(mistake: Mistake | undefined): Promise<RandomRun> {
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

async function main(): Promise<boolean> {
  let well = true;
  for (const mistake of [undefined, ...MISTAKES]) {
    const { findings, seconds } = await findsIn(mistake);
    const right = mistake ? mistake.finds.some((kind) => findings.counts[kind] > 0) : findings.total === 0;
    well &&= right;
    const found = JSON.stringify(findings.counts);
    const name = mistake ? `a build that ${mistake.name}` : 'the build as it is';
    process.stdout.write(`${right ? 'ok    ' : 'FAILED'} ${name}: ${found} in ${seconds.toFixed(0)} s\n`);
    if (findings.evidence[0]) process.stdout.write(`       ${findings.evidence[0]}\n`);
  }
  return well;
}

main().then(
  (well) => process.exit(well ? 0 : 1),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
