import type { ContactStore } from '../../chat/contacts';
import type { Contact } from '../../wire';
import type { SqlDatabase } from './database';

/** The address book. */
export class SqlContacts implements ContactStore {
  constructor(private readonly db: SqlDatabase) {}

  listContacts(): Promise<Contact[]> {
    return this.db.read('SELECT id, name, phone FROM contacts ORDER BY name, id');
  }

  addContact(contact: Contact, max: number): Promise<'done' | 'limit_reached'> {
    const { id, name, phone } = contact;
    return this.db.runGuarded(
      [['limit_reached', ['SELECT 1 WHERE (SELECT count(*) FROM contacts) < ?', max]]],
      [['INSERT INTO contacts (id, name, phone) VALUES (?, ?, ?)', id, name, phone]],
      { type: 'new_contact', contact },
    );
  }

  removeContact(id: string): Promise<'done' | 'not_found'> {
    return this.db.runGuarded(
      [['not_found', ['SELECT 1 FROM contacts WHERE id = ?', id]]],
      [['DELETE FROM contacts WHERE id = ?', id]],
      { type: 'remove_contact', id },
    );
  }
}
