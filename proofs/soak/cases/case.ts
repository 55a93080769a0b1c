import type { Build } from '../build';

/** A named test of a fault that random runs do not inject, or of figures that they do not measure. */
export interface Case {
  /** `F` and a number. */
  name: string;
  title: string;
  /**
   * @returns the measured figures, in words.
   * @throws {Error} if the case fails; {@link Skipped} if this machine cannot run it.
   */
  run: (build: Build) => Promise<string>;
}

/** Thrown if this machine lacks a program or permission that a case needs. */
export class Skipped extends Error {}

/** @throws {Error} with this message unless the condition holds. */
export function check(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}

/** Waits until a condition holds, checking it every 20 ms. @throws {Error} after `ms`, with the name of the condition. */
export async function waitUntil(
  name: string,
  ms: number,
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`${name}: not within ${ms} ms.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
