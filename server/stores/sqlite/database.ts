import Database from 'better-sqlite3';
import {
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { randomInt } from 'node:crypto';
import { basename, dirname, join, resolve } from 'node:path';
import { IMPORT_SETTING, UNFINISHED_IMPORT } from '../transfer/unfinished';
import { checkFile, checkPages, checkProgress } from './damage';
import { makeDurable } from './durability';
import { checkSchema, migrate, versionOf } from './migrate';
import { openingError } from './opening-error';
import { readProgress, writeProgress, type Progress } from './progress';
import { setting } from './setting';

/** An open database, and the function that closes it. */
export interface Opened {
  db: Database.Database;
  /** Names the history that it holds. */
  epoch: string;
  close: () => void;
}

/**
 * Opens a database file exclusively, durable and migrated to the current schema. Creates it and its folder if missing,
 * readable by this user only. A damaged or foreign database is refused before anything is written to it.
 * @param importing whether it is opened to import into: otherwise, one with an unfinished import is refused.
 * @throws {Error} a sentence an operator can act on.
 */
export function openDatabase(file: string, importing = false): Opened {
  let path = resolve(file);
  let unlock: (() => void) | undefined;
  try {
    if (!existsSync(dirname(path))) mkdirSync(dirname(path), { mode: 0o700 });
    path = realPath(path);
    unlock = lock(path);
    const before = readProgress(path);
    checkFile(path, before);
    if (existsSync(path)) inspect(path, before);
    else create(path);
    const { db, epoch } = prepare(path, importing);
    const release = unlock;
    return {
      db,
      epoch,
      close: () => {
        db.close();
        release();
      },
    };
  } catch (error) {
    unlock?.();
    throw openingError(path, error);
  }
}

/** Opens a checked file, and migrates it. */
function prepare(path: string, importing: boolean): Pick<Opened, 'db' | 'epoch'> {
  const db = new Database(path);
  try {
    migrate(db);
    if (!importing && hasUnfinishedImport(db)) throw new Error(UNFINISHED_IMPORT);
    const epoch = setting(db, 'epoch', randomInt(36 ** 5).toString(36));
    makeDurable(db);
    writeProgress(path, progressOf(db));
    return { db, epoch };
  } catch (error) {
    db.close();
    throw error;
  }
}

function hasUnfinishedImport(db: Database.Database): boolean {
  return db.prepare('SELECT 1 FROM settings WHERE name = ?').get(IMPORT_SETTING) !== undefined;
}

/** Returns the path of a file without symbolic links, also if it does not exist yet. */
function realPath(path: string): string {
  if (statSync(path, { throwIfNoEntry: false })) return realpathSync(path);
  const there = join(realpathSync(dirname(path)), basename(path));
  // A link may exist before its target.
  const isLink = lstatSync(there, { throwIfNoEntry: false })?.isSymbolicLink();
  return isLink ? realPath(resolve(dirname(there), readlinkSync(there))) : there;
}

/** Checks an existing file, without writing to it. */
function inspect(path: string, before: Progress | undefined): void {
  const { mode, nlink } = statSync(path);
  // SQLite derives the name of the write-ahead log: two names for one file would make two logs.
  if (nlink > 1) throw new Error('the file has another name as well (a hard link). Remove one of them.');
  const db = new Database(path, { readonly: true });
  try {
    checkSchema(db);
    checkPages(db);
    if (before) checkProgress(path, progressOf(db), before);
    if (mode & 0o004)
      console.error(`Every user of this machine can read ${path}: chmod 600 makes it private.`);
  } finally {
    db.close();
  }
}

function progressOf(db: Database.Database): Progress {
  const version = versionOf(db);
  const read = (sql: string) => db.prepare<[], string | number>(sql).pluck().get();
  return {
    epoch: version > 0 ? String(read("SELECT value FROM settings WHERE name = 'epoch'") ?? '') : '',
    commits: version > 2 ? Number(read('SELECT count FROM commits')) : 0,
  };
}

/** Creates an empty file that only this user can read. SQLite's other files inherit the mode. */
function create(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
}

/**
 * Keeps `<path>-lock` locked while the process lives: two servers on one file would serve different entries under the
 * same seq. A separate file leaves the database open to backups and to `sqlite3`.
 */
function lock(path: string): () => void {
  if (!existsSync(`${path}-lock`)) create(`${path}-lock`);
  const guard = new Database(`${path}-lock`, { timeout: 0 });
  try {
    guard.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    guard.close();
    throw error;
  }
  return () => guard.close();
}
