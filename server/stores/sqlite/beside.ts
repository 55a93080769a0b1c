import Database from 'better-sqlite3';
import { statSync } from 'node:fs';
import { IMPORT_SETTING, UNFINISHED_IMPORT } from '../transfer/unfinished';
import { checkSchema, isCurrent } from './migrate';
import { openingError } from './opening-error';

/**
 * Opens the file of a database that a server may be running on. Unlike the server, this takes no lock, creates nothing and
 * migrates nothing.
 * @throws {Error} a sentence an operator can act on.
 */
export function openBeside(file: string, options: { readonly: boolean }): Database.Database {
  let db: Database.Database | undefined;
  try {
    if (!statSync(file, { throwIfNoEntry: false })?.size) throw new Error('there is none, or it is empty.');
    db = new Database(file, { ...options, fileMustExist: true });
    checkSchema(db);
    if (!isCurrent(db))
      throw new Error('it was written by an older version of Parley. Start this version on it once.');
    const isUnfinished = db.prepare('SELECT 1 FROM settings WHERE name = ?').get(IMPORT_SETTING);
    if (isUnfinished) throw new Error(UNFINISHED_IMPORT);
    return db;
  } catch (error) {
    db?.close();
    throw openingError(file, error);
  }
}
