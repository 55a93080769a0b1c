import type { Contact, NewContact, RemoveContact } from '../../server/wire.js';
import { clone, find } from '../browser/dom.js';
import { api, errorText } from '../connection/api.js';
import { nameLengthError } from './name-length.js';

type Change = NewContact | RemoveContact;

/** The address book beside the conversation. */
export class AddressBook {
  private readonly contacts = new Map<string, Contact>();
  private readonly template = find<HTMLTemplateElement>(document, '#contact-template');
  private readonly list = find(document, '#contacts');
  private readonly count = find(document, '#contacts-count');
  private readonly empty = find(document, '#contacts-empty');
  private readonly form = find<HTMLFormElement>(document, '#contact-form');
  private readonly name = find<HTMLInputElement>(this.form, '[name=name]');
  /** What changed while the list was on its way, and so may not stand in it. */
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

  /** Reads the list anew: changes are told as they happen, and not again to who was away. */
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

  /** Shows what somebody changed. */
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
    // A second sending would be a second contact.
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

  private showError(sentence: string): void {
    find(this.form, '.error').textContent = sentence;
    for (const input of this.form.querySelectorAll('input')) input.ariaInvalid = String(sentence !== '');
  }

  private async remove(id: string, line: HTMLElement): Promise<void> {
    try {
      await api('/contacts/' + encodeURIComponent(id), 'DELETE');
      this.applyChange({ type: 'remove_contact', id });
    } catch (error) {
      find(line, '.error').textContent = errorText(error);
    }
  }

  /** Brings the lines in step with the contacts; a line that stays keeps its element, and so its focus. */
  private render(): void {
    const lines = new Map([...this.list.children].map((line) => [(line as HTMLElement).dataset.id, line]));
    const { activeElement } = document;
    const focused = activeElement?.closest('.contact');
    const neighbour = focused?.nextElementSibling ?? focused?.previousElementSibling;
    const sorted = [...this.contacts.values()].sort(
      (a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1),
    );
    this.list.replaceChildren(...sorted.map((contact) => lines.get(contact.id) ?? this.createRow(contact)));
    if (focused?.isConnected) (activeElement as HTMLElement).focus();
    else if (focused) (neighbour?.querySelector<HTMLElement>('.remove') ?? find(this.form, 'input')).focus();
    this.count.textContent = String(sorted.length || '');
    this.empty.hidden = sorted.length > 0;
  }

  private createRow({ id, name, phone }: Contact): HTMLElement {
    const line = clone(this.template);
    line.dataset.id = id;
    find(line, '.who').textContent = name;
    const link = find<HTMLAnchorElement>(line, '.phone');
    link.href = `tel:${phone}`;
    link.textContent = phone.replace(';ext=', ' ext. ');
    const remove = find<HTMLButtonElement>(line, '.remove');
    remove.ariaLabel = `Remove ${name}`;
    remove.addEventListener('click', () => void this.remove(id, line));
    return line;
  }
}
