import type Database from 'better-sqlite3';
import type { VisitorStore } from '../../visitor';
import { setting } from './setting';
import type { Writer } from './writer';

/** What is kept of visitors, in SQLite. */
export class SqliteVisitors implements VisitorStore {
  private readonly read;

  constructor(
    private readonly db: Database.Database,
    private readonly writer: Writer,
  ) {
    this.read = db.prepare<[string], string>('SELECT username FROM visitors WHERE id = ?').pluck();
  }

  async signingKey(fresh: string): Promise<string> {
    return setting(this.db, 'signing_key', fresh);
  }

  async usernameOf(visitor: string): Promise<string | undefined> {
    return this.read.get(visitor);
  }

  async setUsername(visitor: string, username: string): Promise<void> {
    await this.writer.run(
      `INSERT INTO visitors (id, username) VALUES (?, ?)
       ON CONFLICT (id) DO UPDATE SET username = excluded.username`,
      visitor,
      username,
    );
  }
}
