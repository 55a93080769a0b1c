/**
 * Runs a command, and ends the process: with 0 if all was well, with 1 if not, and with 2 and its usage if it was called
 * wrongly.
 * @param read reads its options, or throws a sentence.
 * @param main does its work. @returns whether all was well.
 */
export function runCommand<Options>(
  usage: string,
  read: () => Options,
  main: (options: Options) => Promise<boolean>,
): void {
  let options: Options;
  try {
    options = read();
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
  main(options).then(
    (well) => process.exit(well ? 0 : 1),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
}
