import Database from 'better-sqlite3';
import { unavailable } from '../unavailable';

/**
 * SQLite's codes for a file that can't be used just now: a full or failing disk, or another process that holds it. It
 * reports a file as corrupt also if the disk fails to read it.
 */
const TRANSIENT = /^SQLITE_(?:BUSY|CANTOPEN|CORRUPT|FULL|IOERR|LOCKED|NOMEM|READONLY)/;

/** Returns the error of a statement: a refusal if it may succeed later, otherwise a fault of the server. */
export function statementError(error: string, code: string | undefined): Error {
  return code !== undefined && TRANSIENT.test(code) ? unavailable(error) : new Error(error);
}

/** Runs a read. @throws {Refusal} `unavailable` if it may succeed later. */
export function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof Database.SqliteError ? statementError(error.message, error.code) : error;
  }
}
