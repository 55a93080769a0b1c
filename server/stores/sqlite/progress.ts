import type Database from 'better-sqlite3';
import { closeSync, constants, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';

/** How far a history had come: its epoch, and how many transactions have changed the database. */
export interface Progress {
  epoch: string;
  commits: number;
}

/** To be run in every transaction. */
export const COUNT = 'UPDATE commits SET count = count + 1';

const DIGITS = 16;

/** The file beside a database that {@link Progress} is kept in. */
export function progressFile(database: string): string {
  return `${database}-state`;
}

/** Reads the progress beside a database; nothing if there is none, or it can't be read. */
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

/** Writes the progress beside a database, and waits until it is on the disk. */
export function writeProgress(database: string, { epoch, commits }: Progress): void {
  // Not truncated first: at no time is it shorter than what it says.
  const file = openSync(progressFile(database), constants.O_RDWR | constants.O_CREAT, 0o600);
  const length = writeSync(file, `${digits(commits)} ${epoch}\n`);
  ftruncateSync(file, length);
  fsyncSync(file);
  closeSync(file);
}

/**
 * Counts commits in the file beside a database, after each and before it is acknowledged. So a database that has fewer
 * has lost some, such as with its write-ahead log. The count is not synced: a loss of power can make it smaller than
 * it was, never larger.
 */
export class ProgressCounter {
  private readonly file: number;
  private readonly read;

  constructor(db: Database.Database) {
    this.file = openSync(progressFile(db.name), 'r+');
    this.read = db.prepare<[], number>('SELECT count FROM commits').pluck();
  }

  /** Best effort: that the count can't be written must not fail a commit that is on the disk. */
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
