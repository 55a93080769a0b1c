import type { Build } from './build';
import type { Case } from './cases/case';
import { CLUSTER_MISTAKES, CLUSTER_PLAN, RESTORING_CASE, RESTORING_MISTAKES } from './cluster-mistakes';
import { MISTAKES, PLAN, type Detection, type Mistake } from './mistakes';
import { RandomRun, type Plan } from './random-run';

/** What a run of a build has shown. */
export interface Outcome {
  detected: ReadonlySet<Detection>;
  /** In words. */
  summary: string;
  /** The first finding. */
  evidence?: string | undefined;
}

/** Something that passes with the correct build, and detects mistakes. */
export interface Trial {
  name: string;
  needsPostgres: boolean;
  /** @param finds what the mistake in the build shows by: one of it is enough. */
  run: (build: Build, finds?: Mistake['finds']) => Promise<Outcome>;
  mistakes: readonly Mistake[];
}

export const TRIALS: readonly Trial[] = [
  { name: 'one node', needsPostgres: false, run: runPlan(PLAN), mistakes: MISTAKES },
  {
    name: 'three nodes on PostgreSQL',
    needsPostgres: true,
    run: runPlan(CLUSTER_PLAN),
    mistakes: CLUSTER_MISTAKES,
  },
  {
    name: `case ${RESTORING_CASE.name}`,
    needsPostgres: true,
    run: runCase(RESTORING_CASE),
    mistakes: RESTORING_MISTAKES,
  },
];

function runPlan(plan: Plan): Trial['run'] {
  return async (build, finds = []) => {
    const stopAt = finds.filter((kind) => kind !== 'failure');
    const run = new RandomRun({ ...plan, stopAt });
    await run.run(build);
    const { counts, evidence } = run.findings;
    const found = Object.entries(counts).filter(([, count]) => count > 0);
    return {
      detected: new Set(found.map(([kind]) => kind as Detection)),
      summary: `${JSON.stringify(counts)} in ${run.seconds.toFixed(0)} s`,
      evidence: evidence[0],
    };
  };
}

function runCase({ run }: Case): Trial['run'] {
  return async (build) => {
    try {
      return { detected: new Set(), summary: await run(build) };
    } catch (error) {
      return { detected: new Set<Detection>(['failure']), summary: 'failed', evidence: String(error) };
    }
  };
}
