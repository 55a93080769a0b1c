import type Database from 'better-sqlite3';
import type { ContactStore } from '../../contacts';
import type { Contact } from '../../wire';

/** The address book in SQLite. */
export class SqliteContacts implements ContactStore {
  private readonly all;
  private readonly insert;
  private readonly remove;

  constructor(db: Database.Database) {
    this.all = db.prepare<[], Contact>('SELECT id, name, phone FROM contacts ORDER BY name, id');
    this.insert = db.prepare<Contact>('INSERT INTO contacts (id, name, phone) VALUES (@id, @name, @phone)');
    this.remove = db.prepare<[string]>('DELETE FROM contacts WHERE id = ?');
  }

  async listContacts(): Promise<Contact[]> {
    return this.all.all();
  }

  async addContact(contact: Contact): Promise<void> {
    this.insert.run(contact);
  }

  async removeContact(id: string): Promise<boolean> {
    return this.remove.run(id).changes > 0;
  }
}
