import { randomUUID } from 'node:crypto';
import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max';
import type { Visitor } from '../identity/visitor';
import { Refusal } from '../refusal';
import type { Contact } from '../wire';
import type { WriteAccess } from './write-access';

/** Stores contacts. */
export interface ContactStore {
  /** Returns all contacts, ordered by name, then by id. */
  listContacts(): Promise<Contact[]>;
  /** Adds a contact. @returns `limit_reached` if there are `max` already. */
  addContact(contact: Contact, max: number): Promise<'done' | 'limit_reached'>;
  /** Removes a contact. @returns `not_found` if there is none with this id. */
  removeContact(id: string): Promise<'done' | 'not_found'>;
}

/** The most contacts: one response contains all of them. */
export const CONTACTS_MAX = 5_000;

/** The address book, which all visitors share. */
export class Contacts {
  /** @param region the country of phone numbers in national format. */
  constructor(
    private readonly store: ContactStore,
    private readonly writeAccess: WriteAccess,
    private readonly region: CountryCode,
  ) {}

  /** Returns all contacts, by name. */
  list(): Promise<Contact[]> {
    return this.store.listContacts();
  }

  /**
   * Adds a contact, and normalizes its phone number to E.164.
   * @throws {Refusal} `muted`, `rate_limited`, `bad_request` if the phone number is invalid, or `limit_reached`.
   */
  async add(actor: Visitor, draft: { name: string; phone: string }): Promise<Contact> {
    await this.writeAccess.authorize('contacts', actor);
    const contact = { id: randomUUID(), name: draft.name, phone: this.normalizePhone(draft.phone) };
    if ((await this.store.addContact(contact, CONTACTS_MAX)) === 'limit_reached') {
      throw new Refusal('limit_reached', ['addressBookFull', CONTACTS_MAX]);
    }
    return contact;
  }

  /** Removes a contact; if it does not exist, does nothing. @throws {Refusal} `muted` or `rate_limited` */
  async remove(actor: Visitor, id: string): Promise<void> {
    await this.writeAccess.authorize('contacts', actor);
    await this.store.removeContact(id);
  }

  private normalizePhone(text: string): string {
    const phone = parsePhoneNumberFromString(text, this.region);
    if (!phone?.isValid()) {
      throw new Refusal('bad_request', ['phoneInvalid', text]);
    }
    return phone.ext ? `${phone.number};ext=${phone.ext}` : phone.number;
  }
}
