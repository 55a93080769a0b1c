import { unavailable } from '../unavailable';

/** SQLite's codes for a file that can't be used just now: a full or failing disk, or another process that holds it. */
const TRANSIENT = /^SQLITE_(?:BUSY|CANTOPEN|FULL|IOERR|LOCKED|NOMEM|READONLY)/;

/** Returns the error of a statement: a refusal if it may succeed later, otherwise a fault of the server. */
export function statementError(error: string, code: string | undefined): Error {
  return code !== undefined && TRANSIENT.test(code) ? unavailable(error) : new Error(error);
}
