import type { Build } from '../build';

/** One of the named faults, for what a random run can't show. */
export interface Case {
  /** As in the list of faults. */
  name: string;
  title: string;
  /**
   * @returns the figure that was measured.
   * @throws {Error} if it is not as it must be; {@link Skipped} where this machine can't tell.
   */
  run: (build: Build) => Promise<string>;
}

/** This machine lacks what a case needs. */
export class Skipped extends Error {}

/** @throws {Error} unless `holds`. */
export function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

/** Waits until `holds`, looking every 20 ms. @throws {Error} after `ms`. */
export async function until(
  what: string,
  ms: number,
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  const late = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > late) throw new Error(`${what}: not within ${ms} ms.`);
    await new Promise((wake) => setTimeout(wake, 20));
  }
}

/** The value below which `share` of the others are. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}
