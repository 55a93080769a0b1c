import type { RoomRules } from '../../server/wire.js';
import { find } from '../browser/dom.js';
import { api, errorText } from '../connection/api.js';
import { words } from 'shared/words';

/** The rules of the room, and the form with which moderators change them. */
export class RoomRulesForm {
  private readonly form = document.querySelector<HTMLFormElement>('#rules-form');

  /** @param onChange is given the rules whenever they were loaded or changed. */
  constructor(
    private readonly room: string,
    private readonly onChange: (rules: RoomRules) => void,
  ) {
    this.form?.addEventListener('change', () => void this.save());
    this.form?.addEventListener('submit', (event) => event.preventDefault());
  }

  /** Loads the rules, since changes are not replayed after a lost connection. */
  async load(): Promise<void> {
    const rules = await api<RoomRules>(`/r/${this.room}/rules`).catch(() => undefined);
    if (rules) this.show(rules);
  }

  /** Shows rules that were loaded or changed. */
  show({ locked, slow }: RoomRules): void {
    this.onChange({ locked, slow });
    if (!this.form) return;
    find<HTMLInputElement>(this.form, '[name=locked]').checked = locked;
    const select = find<HTMLSelectElement>(this.form, 'select');
    select.value = String(slow);
    // A value that is not in the list was set over HTTP.
    if (select.selectedIndex < 0) select.add(new Option(words.seconds(slow), String(slow), true, true));
  }

  private async save(): Promise<void> {
    const form = this.form!;
    const rules = {
      locked: find<HTMLInputElement>(form, '[name=locked]').checked,
      slow: Number(find<HTMLSelectElement>(form, 'select').value),
    };
    const error = find(form, '.error');
    try {
      this.show(await api<RoomRules>(`/r/${this.room}/rules`, 'PUT', rules));
      error.textContent = '';
    } catch (failure) {
      error.textContent = errorText(failure);
      void this.load();
    }
  }
}
