import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The folder of PostgreSQL's programs, if this machine has them: on the path, or where Debian and its kin put them. */
export const POSTGRES_PROGRAMS = findPrograms();
export const hasPostgres = POSTGRES_PROGRAMS !== undefined;

/**
 * Says that the tests on PostgreSQL are skipped, if they are. Jest calls it once, before all tests.
 * @throws {Error} instead, where `CI` is set: there they must run.
 */
export default function reportMissingPostgres(): void {
  if (hasPostgres) return;
  if (process.env.CI) throw new Error('PostgreSQL is missing. Install the package postgresql.');
  console.error('The tests on PostgreSQL are skipped: its programs (initdb, pg_ctl) are missing.');
}

function findPrograms(): string | undefined {
  const versions = '/usr/lib/postgresql';
  const packaged = existsSync(versions)
    ? readdirSync(versions)
        .sort((a, b) => Number(b) - Number(a))
        .map((version) => join(versions, version, 'bin'))
    : [];
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...packaged];
  return folders.find((folder) => ['initdb', 'pg_ctl'].every((program) => existsSync(join(folder, program))));
}
