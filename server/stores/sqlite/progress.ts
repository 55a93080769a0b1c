import type Database from 'better-sqlite3';
import { closeSync, constants, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';

/** The progress of a history: its epoch, and how many transactions have changed the database. */
export interface Progress {
  epoch: string;
  commits: number;
}

/** To be run in every transaction. */
export const COUNT = 'UPDATE commits SET count = count + 1';

const DIGITS = 16;

/** Returns the path of the file beside a database that stores its {@link Progress}. */
export function progressFile(database: string): string {
  return `${database}-state`;
}

/** Reads the progress of a database; `undefined` if there is none, or it can't be read. */
export function readProgress(database: string): Progress | undefined {
  let text: string;
  try {
    text = readFileSync(progressFile(database), 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const [, commits, epoch] = /^(\d{16}) (\w+)\n$/.exec(text) ?? [];
  return commits && epoch ? { epoch, commits: Number(commits) } : undefined;
}

/** Writes the progress of a database, and waits until it is synced to disk. */
export function writeProgress(database: string, { epoch, commits }: Progress): void {
  // Without truncating first, the file is never shorter than its content.
  const file = openSync(progressFile(database), constants.O_RDWR | constants.O_CREAT, 0o600);
  const length = writeSync(file, `${digits(commits)} ${epoch}\n`);
  ftruncateSync(file, length);
  fsyncSync(file);
  closeSync(file);
}

/**
 * Counts commits in the file beside a database, after each commit and before it is acknowledged. A database with fewer
 * commits has lost some, for example with its write-ahead log. The count is not synced: a power failure can make it
 * smaller, never larger.
 */
export class ProgressCounter {
  private readonly file: number;
  private readonly read;

  constructor(db: Database.Database) {
    this.file = openSync(progressFile(db.name), 'r+');
    this.read = db.prepare<[], number>('SELECT count FROM commits').pluck();
  }

  /** Best effort: a count that can't be written must not fail a commit that is on disk. */
  update(): void {
    try {
      writeSync(this.file, digits(this.read.get()!), 0, 'latin1');
    } catch {
      // The disk is full. The next commit writes it.
    }
  }

  close(): void {
    closeSync(this.file);
  }
}

function digits(commits: number): string {
  return String(commits).padStart(DIGITS, '0');
}
