import { hasPostgres } from '../../__tests__/support/postgres-programs';
import { print, runCommand } from '../command-line';
import { copyBuild } from './build';
import { makeMistake, type Mistake } from './mistakes';
import { TRIALS, type Outcome, type Trial } from './trials';

const USAGE = `npm run soak:mistakes -- [FOLDER]

  FOLDER   the folder whose dist/ is patched and run; this repository by default
`;

/** Runs a trial of a copy of a build, with a mistake if there is one. */
async function runTrial(trial: Trial, folder?: string, mistake?: Mistake): Promise<Outcome> {
  const build = copyBuild(folder);
  try {
    if (mistake) makeMistake(build, mistake);
    // Nodes report each time that their database is out of reach, which is intended here.
    return await trial.run(
      { ...build, errors: mistake || trial.needsPostgres ? 'ignore' : 'inherit' },
      mistake?.finds,
    );
  } finally {
    build.remove();
  }
}

/** @returns whether the trials detected every mistake, and found nothing in the correct build. */
async function main(folder: string | undefined): Promise<boolean> {
  let passed = true;
  for (const trial of TRIALS) {
    if (trial.needsPostgres && !hasPostgres) {
      print(`SKIPPED ${trial.name}`);
      continue;
    }
    for (const mistake of [undefined, ...trial.mistakes]) {
      const { detected, summary, evidence } = await runTrial(trial, folder, mistake);
      const isExpected = mistake ? mistake.finds.some((kind) => detected.has(kind)) : detected.size === 0;
      passed &&= isExpected;
      const name = mistake ? `a build that ${mistake.name}` : 'the correct build';
      print(`${isExpected ? 'ok    ' : 'FAILED'} ${trial.name}, ${name}: ${summary}`);
      if (evidence) print(`       ${evidence}`);
    }
  }
  return passed;
}

// socket.io-client's polling in Node throws outside of any caller when a request fails that it has already abandoned.
process.on('uncaughtException', (error) => {
  if (!error.stack?.includes('xmlhttprequest-ssl')) throw error;
});

runCommand(USAGE, () => process.argv[2], main);
