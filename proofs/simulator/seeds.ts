import fc from 'fast-check';
import { scenario, type Scenario } from './scenario';
import { Simulation } from './simulation';
import type { LogClass } from './world';

/** What was found under a seed. */
export interface Failure {
  seed: number;
  finding: string;
  scenario: Scenario;
}

/** Runs the scenario of a seed. @returns what is found wrong, if anything: the same for the same seed. */
export async function simulate(LogUnderTest: LogClass, seed: number): Promise<Failure | undefined> {
  const failing = await check(LogUnderTest, seed, false);
  if (!failing) return undefined;
  const finding = await Simulation.run(LogUnderTest, failing);
  if (!finding) throw new Error(`Seed ${seed} fails, and does not fail again: something is not simulated.`);
  return { seed, finding, scenario: failing };
}

/** Looks for the smallest scenario that still shows a failure. @returns it, and what happens in it, line by line. */
export async function shrink(
  LogUnderTest: LogClass,
  { seed }: Failure,
): Promise<Failure & { trace: string[] }> {
  const smallest = (await check(LogUnderTest, seed, true))!;
  const trace: string[] = [];
  const finding = (await Simulation.run(LogUnderTest, smallest, trace))!;
  return { seed, finding, scenario: smallest, trace };
}

/** @returns the scenario that fails, if one does. */
async function check(LogUnderTest: LogClass, seed: number, shrinks: boolean): Promise<Scenario | undefined> {
  const property = fc.asyncProperty(
    scenario,
    async (one) => (await Simulation.run(LogUnderTest, one)) === undefined,
  );
  const parameters = { seed: scattered(seed), numRuns: 1, unbiased: true, endOnFailure: !shrinks };
  const { counterexample } = await fc.check(property, parameters);
  return counterexample?.[0];
}

/** Runs the scenarios of some seeds, one after the other. @returns the first failure. */
export async function simulateAll(
  LogUnderTest: LogClass,
  { seed, seeds }: { seed: number; seeds: number },
  onSeed: (seed: number) => void = () => undefined,
): Promise<Failure | undefined> {
  for (let next = seed; next < seed + seeds; next += 1) {
    const failure = await simulate(LogUnderTest, next);
    if (failure) return failure;
    onSeed(next);
  }
  return undefined;
}

/** Neighbouring seeds begin alike in fast-check's generator; mixed (MurmurHash3's finalizer), they don't. */
function scattered(seed: number): number {
  let mixed = seed | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** A failure as it is shown to people. */
export function describeFailure({
  seed,
  finding,
  scenario: { moves, ...rest },
  trace,
}: Failure & { trace: string[] }): string {
  const lines = trace.map((line) => `    ${line}`);
  return [`seed ${seed}: ${finding}`, `  ${JSON.stringify(rest)}, ${moves.length} moves:`, ...lines].join(
    '\n',
  );
}
