import Database from 'better-sqlite3';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { skeletonOf } from '../../name';
import { durable } from './durable';
import { MIGRATIONS } from './schema';

/** An open database, and how to let it go. */
export interface Opened {
  db: Database.Database;
  close: () => void;
}

/**
 * Opens a database file for this process alone, durable and with today's schema; makes it and its folder if missing.
 * @throws {Error} a sentence an operator can act on.
 */
export function openDatabase(file: string): Opened {
  const path = resolve(file);
  let unlock: (() => void) | undefined;
  try {
    if (!existsSync(dirname(path))) mkdirSync(dirname(path));
    unlock = lock(path);
    const db = new Database(path);
    durable(db);
    migrate(db);
    const release = unlock;
    return {
      db,
      close: () => {
        db.close();
        release();
      },
    };
  } catch (error) {
    unlock?.();
    throw new Error(`The database ${path} can't be opened: ${reason(error)}`, { cause: error });
  }
}

/**
 * Holds `<path>-lock` locked for as long as the process lives: two servers on one file would each hand out the
 * same seq to their own readers. A lock on a file of its own leaves the database open to backups and to `sqlite3`.
 */
function lock(path: string): () => void {
  const guard = new Database(`${path}-lock`, { timeout: 0 });
  try {
    guard.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    guard.close();
    throw error;
  }
  return () => guard.close();
}

function migrate(db: Database.Database): void {
  const version = db.pragma('user_version', { simple: true }) as number;
  if (version > MIGRATIONS.length) throw new Error('it was written by a newer version of Parley.');
  // For the step in which names become unique.
  db.function('skeleton', { deterministic: true }, (name) => skeletonOf(String(name)));
  db.transaction(() => {
    for (const step of MIGRATIONS.slice(version)) db.exec(step);
    db.pragma(`user_version = ${MIGRATIONS.length}`);
  }).immediate();
}

function reason(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code === 'SQLITE_BUSY') return 'another Parley is running on it.';
  if (
    code.startsWith('SQLITE_CANTOPEN') ||
    code.startsWith('SQLITE_READONLY') ||
    code === 'EACCES' ||
    code === 'EROFS'
  ) {
    return 'its folder or the file is not writable.';
  }
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'the folder above it is missing.';
  if (code === 'SQLITE_NOTADB') return 'the file is not a SQLite database.';
  return message;
}
