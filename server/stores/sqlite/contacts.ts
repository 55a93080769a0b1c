import type Database from 'better-sqlite3';
import type { ContactStore } from '../../chat/contacts';
import type { Contact } from '../../wire';
import type { SqliteControl } from './control';
import type { Writer } from './writer';

/** The address book in SQLite. */
export class SqliteContacts implements ContactStore {
  private readonly readAll;

  constructor(
    db: Database.Database,
    private readonly writer: Writer,
    private readonly control: SqliteControl,
  ) {
    this.readAll = db.prepare<[], Contact>('SELECT id, name, phone FROM contacts ORDER BY name, id');
  }

  async listContacts(): Promise<Contact[]> {
    return this.readAll.all();
  }

  async addContact(contact: Contact, max: number): Promise<'done' | 'limit_reached'> {
    const { id, name, phone } = contact;
    const outcome = await this.writer.runGuarded(
      [['limit_reached', ['SELECT 1 WHERE (SELECT count(*) FROM contacts) < ?', max]]],
      ['INSERT INTO contacts (id, name, phone) VALUES (?, ?, ?)', id, name, phone],
    );
    if (outcome === 'done') await this.control.announce({ type: 'new_contact', contact });
    return outcome;
  }

  async removeContact(id: string): Promise<'done' | 'not_found'> {
    const outcome = await this.writer.runGuarded(
      [['not_found', ['SELECT 1 FROM contacts WHERE id = ?', id]]],
      ['DELETE FROM contacts WHERE id = ?', id],
    );
    if (outcome === 'done') await this.control.announce({ type: 'remove_contact', id });
    return outcome;
  }
}
