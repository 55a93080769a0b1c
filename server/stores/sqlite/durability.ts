import type Database from 'better-sqlite3';

/** Makes each commit of a connection wait until it is synced to disk. */
export function makeDurable(db: Database.Database): void {
  db.pragma('journal_mode = WAL');
  // With NORMAL, a power failure can roll back acknowledged commits.
  db.pragma('synchronous = FULL');
}
