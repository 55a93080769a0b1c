import type { RoomRules } from '../../server/wire.js';
import { find } from '../browser/dom.js';
import { api, errorText } from '../connection/api.js';

/** The rules of the room, and for those who may change them, the form. */
export class RoomRulesForm {
  private readonly form = document.querySelector<HTMLFormElement>('#rules-form');

  /** @param changed is called with the rules whenever they are read or change. */
  constructor(
    private readonly room: string,
    private readonly changed: (rules: RoomRules) => void,
  ) {
    this.form?.addEventListener('change', () => void this.save());
    this.form?.addEventListener('submit', (event) => event.preventDefault());
  }

  /** Reads them anew: a change is told as it happens, and not again to who was away. */
  async load(): Promise<void> {
    const rules = await api<RoomRules>(`/r/${this.room}/rules`).catch(() => undefined);
    if (rules) this.show(rules);
  }

  show({ locked, slow }: RoomRules): void {
    this.changed({ locked, slow });
    if (!this.form) return;
    find<HTMLInputElement>(this.form, '[name=locked]').checked = locked;
    const select = find<HTMLSelectElement>(this.form, 'select');
    select.value = String(slow);
    // Some other number, which a script may have set.
    if (select.selectedIndex < 0) select.add(new Option(`${slow} s`, String(slow), true, true));
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
