import { randomInt } from 'node:crypto';

/** Prints a line on stdout. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Parses `--seed`; it is random by default. @throws {Error} a sentence, unless it is an integer. */
export function parseSeed(text?: string): number {
  const seed = text === undefined ? randomInt(2 ** 31) : Number(text);
  if (!Number.isSafeInteger(seed)) throw new Error(`--seed must be an integer, not "${text}".`);
  return seed;
}

/** Parses the value of an option. @throws {Error} a sentence, unless it is a number of at least `min`. */
export function parseNumber(option: string, text: string, min: number): number {
  const value = Number(text);
  if (!(value >= min)) throw new Error(`--${option} must be at least ${min}, not "${text}".`);
  return value;
}

/**
 * Runs a command and ends the process, with exit code 0 if the command passed, 1 if it failed, and 2 if its options are
 * wrong; then the usage is printed.
 * @param readOptions throws a sentence that describes the mistake.
 * @param main returns whether the command passed.
 */
export function runCommand<Options>(
  usage: string,
  readOptions: () => Options,
  main: (options: Options) => Promise<boolean>,
): void {
  let options: Options;
  try {
    options = readOptions();
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
  main(options).then(
    (passed) => process.exit(passed ? 0 : 1),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
}
