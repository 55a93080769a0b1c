import { copyBuild, type Build } from '../../proofs/soak/build';
import { makeMistake, PLAN } from '../../proofs/soak/mistakes';
import { RandomRun } from '../../proofs/soak/random-run';
import { CLUSTER_PLAN } from '../../proofs/soak/cluster-mistakes';
import { TRIALS } from '../../proofs/soak/trials';
import { hasPostgres } from '../support/postgres-programs';

let build: Build;
beforeEach(() => (build = copyBuild()));
afterEach(() => build.remove());

describe('a random run', () => {
  it('finds no loss, no duplicate and no reordering through every kind of fault', async () => {
    // However long it takes.
    const plan = { ...PLAN, deliveries: 20_000, minutes: Infinity };
    const run = new RandomRun(plan);
    await run.run(build);
    expect(run.findings.evidence).toEqual([]);
    expect(run.counters.deliveries).toBeGreaterThanOrEqual(plan.deliveries);
    expect([...run.counters.deliveriesByTransport.keys()].sort()).toEqual([...plan.reads].sort());
  });

  (hasPostgres ? it : it.skip)(
    'finds none on three nodes, none of which gets two requests of a client in a row',
    async () => {
      const run = new RandomRun({ ...CLUSTER_PLAN, deliveries: 5_000, minutes: Infinity });
      await run.run({ ...build, errors: 'ignore' });
      expect(run.findings.evidence).toEqual([]);
      expect(run.counters.faultsByName.has('commit cut')).toBe(true);
      // A backup was restored, and readers of what it lacks were told.
      expect([run.outcomes.lost, run.counters.resets]).not.toContain(0);
    },
  );
});

describe('the mistakes that a run must find', () => {
  it.each(TRIALS.flatMap(({ mistakes }) => mistakes))('apply to the build: $name', (mistake) => {
    expect(() => makeMistake(build, mistake)).not.toThrow();
  });
});
