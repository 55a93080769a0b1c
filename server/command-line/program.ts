import { Command, CommanderError } from 'commander';
import { readConfig, type Config } from '../config/config';
import { backUp } from './backup';
import { explain, EXIT } from './errors';
import { note, type Terminal } from './terminal';

/** Runs a command. @param file its argument, if it was given. @throws {Error} a sentence if it fails. */
type Run<Args extends unknown[]> = (terminal: Terminal, config: Config, ...args: Args) => Promise<void>;

/**
 * Parses the arguments of the program, and runs the command that they name.
 * @returns the exit code: 0, or 1 if the command failed, or 2 if the arguments are wrong.
 */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await createProgram(terminal).parseAsync(args, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    // The parser has printed the mistake, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    note(terminal, explain(error));
    return EXIT.failed;
  }
}

function createProgram(terminal: Terminal): Command {
  const program = new Command('parley')
    .description('Checks, copies and moves the database of a Parley server.')
    .usage('[options] <command>')
    .option('--database <place>', 'a SQLite file, or the URL of a PostgreSQL database')
    .addHelpText('after', EXPLANATION)
    .showHelpAfterError('Run it with --help to see how it is used.')
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(text),
    })
    .exitOverride();
  const run =
    <Args extends unknown[]>(command: Run<Args>) =>
    (...args: [...Args, ...unknown[]]) =>
      command(
        terminal,
        configOf(terminal, program.opts<{ database?: string }>().database),
        ...(args as unknown as Args),
      );

  program
    .command('backup <file>')
    .summary('copies a SQLite database, also while the server runs')
    .description(BACKUP)
    .action(run<[file: string]>(backUp));
  return program;
}

const EXPLANATION = `
Without --database, the settings DATABASE and DATABASE_URL say which database it is, as they do for the server.
Exit codes: 0 for success, 1 for a failure, 2 for wrong arguments.
"parley help <command>" explains a command.`;

const BACKUP = `Copies a SQLite database to a new file, also while the server runs, and verifies the copy.
The file is readable by this user only. It is complete or not there; an existing file is never replaced.
It contains everything that the database does, such as the key that signs cookies: keep it as private.`;

/** Reads the settings, with another database if one is named. */
function configOf({ environment }: Terminal, database: string | undefined): Config {
  return readConfig(database === undefined ? environment : { ...environment, DATABASE: database });
}
