import type Database from 'better-sqlite3';
import type { ContactStore } from '../../contacts';
import type { Contact } from '../../wire';
import type { Writer } from './writer';

/** The address book in SQLite. */
export class SqliteContacts implements ContactStore {
  private readonly all;

  constructor(
    db: Database.Database,
    private readonly writer: Writer,
  ) {
    this.all = db.prepare<[], Contact>('SELECT id, name, phone FROM contacts ORDER BY name, id');
  }

  async listContacts(): Promise<Contact[]> {
    return this.all.all();
  }

  async addContact({ id, name, phone }: Contact): Promise<void> {
    await this.writer.run(['INSERT INTO contacts (id, name, phone) VALUES (?, ?, ?)', id, name, phone]);
  }

  async removeContact(id: string): Promise<boolean> {
    const [removed] = await this.writer.run(['DELETE FROM contacts WHERE id = ?', id]);
    return removed === 1;
  }
}
