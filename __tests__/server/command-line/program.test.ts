import { runCommand } from '../../support/process';

const NOWHERE = { DATABASE: '/nonexistent/parley.db' };

describe('the command-line program', () => {
  it.each([
    [
      'names its commands',
      ['--help'],
      /^Usage: parley .*\n\nCommands:\n {2}verify .*\n {2}backup .*\n {2}export .*\n {2}import .*\n {2}owners-link /s,
    ],
    ['explains a command', ['help', 'backup'], /^Usage: parley backup \[options\] <file>\n/],
  ])('%s, and ends with 0', async (_what, args, help) => {
    expect(await runCommand(NOWHERE, args)).toEqual({
      code: 0,
      stdout: expect.stringMatching(help) as string,
      stderr: '',
    });
  });

  it.each([
    ['no command', [], /^Usage: parley/],
    ['an unknown command', ['back-up'], /^error: unknown command 'back-up'\n/],
    ['an unknown option', ['backup', 'x', '--force'], /^error: unknown option '--force'\n/],
    ['a missing argument', ['backup'], /^error: missing required argument 'file'\n/],
    ['an argument too many', ['backup', 'x', 'y'], /^error: too many arguments/],
  ])('ends with 2 for %s', async (_what, args, mistake) => {
    expect(await runCommand(NOWHERE, args)).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(mistake) as string,
    });
  });

  it('reports a failure in one line, and ends with 1', async () => {
    expect(await runCommand(NOWHERE, ['backup', '/nonexistent/copy.db'])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'The folder /nonexistent does not exist.\n',
    });
  });

  it.each([
    [
      'a SQLite file',
      'other.db',
      /^The database \S+other\.db can't be opened: there is none, or it is empty\.\n$/,
    ],
    [
      'a PostgreSQL database, and never prints its password',
      'postgres://parley:secret@127.0.0.1:9/chat',
      /^The database postgres:\/\/parley@127\.0\.0\.1:9\/chat can't be opened: nothing listens there\. .*\n$/,
    ],
  ])('uses %s in place of that of the settings, if it is named', async (_what, database, error) => {
    expect(await runCommand(NOWHERE, ['--database', database, 'verify'])).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(error) as string,
    });
  });

  it('says how to back up a PostgreSQL database', async () => {
    const settings = { DATABASE_URL: 'postgres://parley@127.0.0.1:9/chat' };
    expect(await runCommand(settings, ['backup', 'copy.db'])).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'This copies SQLite databases. Back up a PostgreSQL database with pg_dump, or with "parley export".\n',
    });
  });

  it('reports a setting that is wrong, as the server does', async () => {
    expect(await runCommand({ DATABASE: ':memory:' }, ['backup', 'copy.db'])).toMatchObject({
      code: 1,
      stderr: 'DATABASE must be the path of a file, not ":memory:".\n',
    });
  });
});
