import type Database from 'better-sqlite3';

/** A value that is made once in a database's life and kept in it: `fresh` where there is none yet. */
export function setting(db: Database.Database, name: string, fresh: string): string {
  db.prepare('INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING').run(name, fresh);
  return db.prepare<[string], string>('SELECT value FROM settings WHERE name = ?').pluck().get(name)!;
}
