import fc from 'fast-check';
import { PROPERTIES, type Violation } from './checker';
import type { LogClass } from './environment';
import { scenario, type Scenario } from './scenario';
import { Simulation } from './simulation';

/** A scenario that fails, and the violation with which it does. */
export interface Failure {
  seed: number;
  violation: Violation;
  scenario: Scenario;
}

export interface ShrunkFailure extends Failure {
  /** The events of the run, one in each line. */
  trace: string[];
}

/** Runs the scenario of a seed. @returns the failure, if there is one: the same for the same seed. */
export async function simulate(LogUnderTest: LogClass, seed: number): Promise<Failure | undefined> {
  const failing = await findFailing(LogUnderTest, seed, false);
  if (!failing) return undefined;
  const violation = await Simulation.run(LogUnderTest, failing);
  if (!violation) {
    throw new Error(`Seed ${seed} fails, but not when it is repeated: something escapes the simulation.`);
  }
  return { seed, violation, scenario: failing };
}

/** Shrinks a failure to the simplest scenario that still fails. */
export async function shrink(LogUnderTest: LogClass, { seed }: Failure): Promise<ShrunkFailure> {
  const simplest = (await findFailing(LogUnderTest, seed, true))!;
  const trace: string[] = [];
  const violation = (await Simulation.run(LogUnderTest, simplest, trace))!;
  return { seed, violation, scenario: simplest, trace };
}

/** @returns the scenario of a seed if it fails, and shrunk if that is wanted. */
async function findFailing(
  LogUnderTest: LogClass,
  seed: number,
  shrinks: boolean,
): Promise<Scenario | undefined> {
  const property = fc.asyncProperty(
    scenario,
    async (candidate) => (await Simulation.run(LogUnderTest, candidate)) === undefined,
  );
  const parameters = { seed: scatter(seed), numRuns: 1, unbiased: true, endOnFailure: !shrinks };
  const { counterexample } = await fc.check(property, parameters);
  return counterexample?.[0];
}

/** Runs the scenarios of consecutive seeds. @returns the first failure. */
export async function simulateAll(
  LogUnderTest: LogClass,
  { seed, seeds }: { seed: number; seeds: number },
  onPassed: (seed: number) => void = () => undefined,
): Promise<Failure | undefined> {
  for (let next = seed; next < seed + seeds; next += 1) {
    const failure = await simulate(LogUnderTest, next);
    if (failure) return failure;
    onPassed(next);
  }
  return undefined;
}

/** Scatters a seed (MurmurHash3's finalizer): fast-check generates similar scenarios for consecutive seeds. */
function scatter(seed: number): number {
  let mixed = seed | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** Describes a failure: the property that was violated, the scenario and the trace. */
export function describeFailure({ seed, violation, scenario, trace }: ShrunkFailure): string {
  const { property, message, step } = violation;
  const { actions, ...parameters } = scenario;
  return [
    `seed ${seed}, step ${step}: ${message}`,
    `  violates ${property}: ${PROPERTIES[property]}`,
    `  ${JSON.stringify(parameters)}, ${actions.length} actions:`,
    ...trace.map((line) => `    ${line}`),
  ].join('\n');
}
