import type Database from 'better-sqlite3';
import type { ContactStore } from '../../chat/contacts';
import type { Contact } from '../../wire';
import type { SqliteControl } from './control';
import type { Writer } from './writer';

/** The address book in SQLite. */
export class SqliteContacts implements ContactStore {
  private readonly all;

  constructor(
    db: Database.Database,
    private readonly writer: Writer,
    private readonly control: SqliteControl,
  ) {
    this.all = db.prepare<[], Contact>('SELECT id, name, phone FROM contacts ORDER BY name, id');
  }

  async listContacts(): Promise<Contact[]> {
    return this.all.all();
  }

  async addContact(contact: Contact, max: number): Promise<boolean> {
    const { id, name, phone } = contact;
    const [added] = await this.writer.run([
      'INSERT INTO contacts (id, name, phone) SELECT ?, ?, ? WHERE (SELECT count(*) FROM contacts) < ?',
      id,
      name,
      phone,
      max,
    ]);
    if (added === 1) await this.control.announce({ type: 'new_contact', contact });
    return added === 1;
  }

  async removeContact(id: string): Promise<boolean> {
    const [removed] = await this.writer.run(['DELETE FROM contacts WHERE id = ?', id]);
    if (removed === 1) await this.control.announce({ type: 'remove_contact', id });
    return removed === 1;
  }
}
