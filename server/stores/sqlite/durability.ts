import type Database from 'better-sqlite3';

/** Makes each commit of a connection wait until it is on the disk. */
export function makeDurable(db: Database.Database): void {
  db.pragma('journal_mode = WAL');
  // With NORMAL, a commit that was acknowledged can be rolled back when the power fails.
  db.pragma('synchronous = FULL');
}
