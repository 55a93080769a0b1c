import type { Contact, NewContact, RemoveContact } from '../../server/wire.js';
import { clone, find } from '../browser/dom.js';
import { api, errorText } from '../connection/api.js';
import { nameLengthError } from './name-length.js';
import { words } from 'shared/words';

type Change = NewContact | RemoveContact;

/** The shared address book in the panel. */
export class AddressBook {
  private readonly contacts = new Map<string, Contact>();
  private readonly template = find<HTMLTemplateElement>(document, '#contact-template');
  private readonly list = find(document, '#contacts');
  private readonly count = find(document, '#contacts-count');
  private readonly empty = find(document, '#contacts-empty');
  private readonly form = find<HTMLFormElement>(document, '#contact-form');
  private readonly name = find<HTMLInputElement>(this.form, '[name=name]');
  /** Changes that arrived while the list was loading, which it may not include. */
  private changesWhileLoading: Change[] = [];
  private loads = 0;

  constructor() {
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.add();
    });
    for (const input of this.form.querySelectorAll('input')) {
      input.addEventListener('input', () => this.showError(nameLengthError(this.name.value)));
    }
  }

  /** Loads the list, since changes are not replayed after a lost connection. */
  async load(): Promise<void> {
    const load = ++this.loads;
    this.changesWhileLoading = [];
    const contacts = await api<Contact[]>('/contacts').catch(() => undefined);
    if (!contacts || load !== this.loads) return;
    this.contacts.clear();
    for (const contact of contacts) this.contacts.set(contact.id, contact);
    for (const change of this.changesWhileLoading) this.apply(change);
    this.render();
  }

  /** Shows a contact that was added, or hides one that was removed. */
  applyChange(change: Change): void {
    this.changesWhileLoading.push(change);
    this.apply(change);
    this.render();
  }

  private apply(change: Change): void {
    if (change.type === 'new_contact') this.contacts.set(change.contact.id, change.contact);
    else this.contacts.delete(change.id);
  }

  private async add(): Promise<void> {
    const button = find<HTMLButtonElement>(this.form, 'button');
    // A second request would add a second contact.
    if (button.disabled || nameLengthError(this.name.value)) return;
    button.disabled = true;
    try {
      const { name, phone } = Object.fromEntries(new FormData(this.form));
      const contact = await api<Contact>('/contacts', 'POST', { name, phone });
      this.applyChange({ type: 'new_contact', contact });
      this.showError('');
      this.form.reset();
      find(this.form, 'input').focus();
    } catch (error) {
      this.showError(errorText(error));
    } finally {
      button.disabled = false;
    }
  }

  private showError(text: string): void {
    find(this.form, '.error').textContent = text;
    for (const input of this.form.querySelectorAll('input')) input.ariaInvalid = String(text !== '');
  }

  private async remove(id: string, row: HTMLElement): Promise<void> {
    try {
      await api('/contacts/' + encodeURIComponent(id), 'DELETE');
      this.applyChange({ type: 'remove_contact', id });
    } catch (error) {
      find(row, '.error').textContent = errorText(error);
    }
  }

  /** Updates the list. Rows of unchanged contacts are reused, so the focus stays in them. */
  private render(): void {
    const rows = new Map([...this.list.children].map((row) => [(row as HTMLElement).dataset.id, row]));
    const { activeElement } = document;
    const focusedRow = activeElement?.closest('.contact');
    const neighbour = focusedRow?.nextElementSibling ?? focusedRow?.previousElementSibling;
    const sorted = [...this.contacts.values()].sort(
      (a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1),
    );
    this.list.replaceChildren(...sorted.map((contact) => rows.get(contact.id) ?? this.createRow(contact)));
    if (focusedRow?.isConnected) (activeElement as HTMLElement).focus();
    else if (focusedRow)
      (neighbour?.querySelector<HTMLElement>('.remove') ?? find(this.form, 'input')).focus();
    this.count.textContent = String(sorted.length || '');
    this.empty.hidden = sorted.length > 0;
  }

  private createRow({ id, name, phone }: Contact): HTMLElement {
    const row = clone(this.template);
    row.dataset.id = id;
    find(row, '.display-name').textContent = name;
    const link = find<HTMLAnchorElement>(row, '.phone');
    link.href = `tel:${phone}`;
    link.textContent = phone.replace(/;ext=(.*)/, (_, digits: string) => ` ${words.extension(digits)}`);
    const removeButton = find<HTMLButtonElement>(row, '.remove');
    removeButton.ariaLabel = words.removeContact(name);
    removeButton.addEventListener('click', () => void this.remove(id, row));
    return row;
  }
}
