import type Database from 'better-sqlite3';

/** Returns a value that is set once in a database's life: the stored one, or `fresh` if there is none yet. */
export function setting(db: Database.Database, name: string, fresh: string): string {
  db.prepare('INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING').run(name, fresh);
  return db.prepare<[string], string>('SELECT value FROM settings WHERE name = ?').pluck().get(name)!;
}
