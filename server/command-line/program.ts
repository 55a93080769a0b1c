import { Command, CommanderError } from 'commander';
import { readConfig, type Config } from '../config/config';
import { backUp } from './backup';
import { explain, EXIT } from './errors';
import { exportDatabase } from './export';
import { importDatabase } from './import';
import { ownersLink } from './owners-link';
import { note, type Terminal } from './terminal';
import { verify } from './verify';

/** Runs a command, with its arguments and options. @throws {Error} a sentence if it fails. */
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
    .command('verify')
    .summary('checks that no entry was changed or lost')
    .description(VERIFY)
    .option('--room <name>', 'one room only, and its last hash')
    .action(run(verify));
  program
    .command('backup <file>')
    .summary('copies a SQLite database, also while the server runs')
    .description(BACKUP)
    .action(run(backUp));
  program
    .command('export [file]')
    .summary('writes all that a database holds to a file or stdout')
    .description(EXPORT)
    .action(run(exportDatabase));
  program
    .command('import [file]')
    .summary('reads an export into an empty database')
    .description(IMPORT)
    .action(run(importDatabase));
  program
    .command('owners-link')
    .summary('prints a new link that makes somebody the owner')
    .description(OWNERS_LINK)
    .action(run(ownersLink));
  return program;
}

const EXPLANATION = `
Without --database, the settings DATABASE and DATABASE_URL say which database it is, as they do for the server.
Exit codes: 0 for success, 1 for a failure, 2 for wrong arguments.
"parley help <command>" explains a command.`;

const VERIFY = `Reads every room from its first entry to its last, and checks the sequence, the hash chain, and that what is
deleted and what deletes it fit. Names the first entry of each room that does not verify. The server may run.`;

const EXPORT = `Writes all that belongs to the chat, as lines of JSON: the log, visitors, accounts, and so on. An import reads
them into another database, in SQLite or PostgreSQL. It is one state of the database; the server may run.
It contains everything that the database does, such as the key that signs cookies: keep it as private.
If an export to a file is interrupted, run it again with the same file: it continues, without what was deleted
meanwhile. An export to stdout begins again.`;

const IMPORT = `Reads an export, from a file or stdin, into an empty database, and verifies the result. No server may run on it.
If it is interrupted, run it again with the same export: it continues where it stopped.`;

const OWNERS_LINK = `Prints a new link for the owner, if the link or the account is lost. It is valid once, and the link before expires.
The server may run. The settings of the server, such as PUBLIC_URL and PORT, say what its address is.`;

const BACKUP = `Copies a SQLite database to a new file, also while the server runs, and verifies the copy.
The file is readable by this user only. It is complete or not there; an existing file is never replaced.
It contains everything that the database does, such as the key that signs cookies: keep it as private.`;

/** Reads the settings, with another database if one is named. */
function configOf({ environment }: Terminal, database: string | undefined): Config {
  if (database === undefined) return readConfig(environment);
  const isUrl = /^postgres(ql)?:/.test(database);
  const named = isUrl ? { DATABASE_URL: database } : { DATABASE: database, NATS_URL: undefined };
  // Those of the settings belong to another database.
  return readConfig({ ...environment, DATABASE_URL: undefined, DATABASE_LISTEN_URL: undefined, ...named });
}
