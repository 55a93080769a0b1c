import type Database from 'better-sqlite3';
import type { VisitorStore } from '../../visitor';
import { setting } from './setting';

/** What is kept of visitors, in SQLite. */
export class SqliteVisitors implements VisitorStore {
  private readonly read;
  private readonly write;

  constructor(private readonly db: Database.Database) {
    this.read = db.prepare<[string], string>('SELECT username FROM visitors WHERE id = ?').pluck();
    this.write = db.prepare<[string, string]>(
      `INSERT INTO visitors (id, username) VALUES (?, ?)
       ON CONFLICT (id) DO UPDATE SET username = excluded.username`,
    );
  }

  async signingKey(fresh: string): Promise<string> {
    return setting(this.db, 'signing_key', fresh);
  }

  async usernameOf(visitor: string): Promise<string | undefined> {
    return this.read.get(visitor);
  }

  async setUsername(visitor: string, username: string): Promise<void> {
    this.write.run(visitor, username);
  }
}
