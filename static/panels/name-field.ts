import type { ChangeUsername, Person } from '../../server/wire.js';
import { find } from '../browser/dom.js';
import { api, errorText } from '../connection/api.js';
import { nameLengthError } from './name-length.js';
import { shownName } from 'shared/appearance';
import { words } from 'shared/words';

/** The field that shows and changes the visitor's own name. */
export class NameField {
  private readonly form = find<HTMLFormElement>(document, '#name-form');
  private readonly input = find<HTMLInputElement>(this.form, 'input');
  private readonly save = find<HTMLButtonElement>(this.form, 'button');

  /** @param onRename is given the change that the server has accepted. */
  constructor(
    private readonly me: Person,
    private readonly onRename: (change: ChangeUsername) => void,
  ) {
    this.input.value = this.shown;
    this.input.addEventListener('input', () => this.update());
    this.input.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || this.save.hidden) return;
      // Discards the change, instead of closing the drawer.
      event.preventDefault();
      this.set(me.username);
    });
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.submit();
    });
  }

  private get shown(): string {
    return shownName(this.me.username, words.anonymous);
  }

  /** Shows a name that was changed, here or in another tab, unless the person is typing a new one. */
  show(): void {
    if (this.save.hidden) this.set(this.me.username);
    else this.update();
  }

  private async submit(): Promise<void> {
    const username = this.input.value;
    if (username === this.shown || nameLengthError(username)) return;
    try {
      const change = await api<ChangeUsername>('/username', 'POST', { username });
      // Unless the person has gone on typing.
      if (this.input.value === username) this.set(change.username);
      this.onRename(change);
    } catch (error) {
      this.showError(errorText(error));
    }
  }

  private set(username: string): void {
    this.input.value = shownName(username, words.anonymous);
    this.save.hidden = true;
    this.showError('');
  }

  private update(): void {
    this.save.hidden = this.input.value === this.shown;
    this.showError(nameLengthError(this.input.value));
  }

  private showError(text: string): void {
    find(this.form, '.error').textContent = text;
    this.input.ariaInvalid = String(text !== '');
  }
}
