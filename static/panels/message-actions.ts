import { find } from '../browser/dom.js';
import { api, errorText } from '../connection/api.js';

/** What can be done about a message: a dialog behind the button that each message has which one may do something about. */
export class MessageActions {
  private readonly dialog = find<HTMLDialogElement>(document, '#actions');
  private readonly remove = find<HTMLButtonElement>(this.dialog, '.delete');
  private readonly error = find(this.dialog, '.error');
  private readonly outcome = find(this.dialog, '.outcome');
  private message: HTMLElement | undefined;

  /**
   * @param list the messages.
   * @param erased is told of a message that was deleted here.
   */
  constructor(
    private readonly list: HTMLElement,
    private readonly room: string,
    private readonly erased: (id: string) => void,
  ) {
    list.addEventListener('click', ({ target }) => {
      const button = target instanceof Element && target.closest<HTMLElement>('.more');
      if (button) this.open(button);
    });
    list.addEventListener('keydown', (event) => this.move(event));
    document.addEventListener('keydown', ({ key }) => key === 'Tab' && this.rove(), true);
    this.dialog.addEventListener('click', ({ target }) => {
      // Only the backdrop is the dialog itself: all else in it is covered by its children.
      if (target === this.dialog) this.dialog.close();
    });
    this.remove.addEventListener('click', () => void this.delete());
    for (const form of this.dialog.querySelectorAll<HTMLFormElement>('.sanction')) {
      form.addEventListener('submit', (event) => {
        event.preventDefault();
        void this.sanction(form);
      });
    }
  }

  private open(button: HTMLElement): void {
    const message = button.closest<HTMLElement>('.message')!;
    this.message = message;
    const mine = message.classList.contains('mine');
    const name = ['.author', '.tag'].map((part) => find(message, part).textContent).join(' ');
    find(this.dialog, 'h2').textContent = mine ? 'Your message' : name.trim();
    for (const form of this.dialog.querySelectorAll<HTMLFormElement>('.sanction')) {
      form.hidden = mine;
      form.reset();
    }
    this.ask(false);
    this.error.textContent = this.outcome.textContent = '';
    this.dialog.showModal();
    this.placeBeside(button);
  }

  /** Beside its button; on a phone, the style lays it at the bottom. */
  private placeBeside(button: HTMLElement): void {
    const [at, own] = [button.getBoundingClientRect(), this.dialog.getBoundingClientRect()];
    const within = (place: number, size: number, most: number) =>
      Math.max(8, Math.min(place, most - size - 8));
    const mine = this.message!.classList.contains('mine');
    const left = within(mine ? at.right - own.width : at.left, own.width, innerWidth);
    const below = at.bottom + 4 + own.height < innerHeight;
    const top = within(below ? at.bottom + 4 : at.top - 4 - own.height, own.height, innerHeight);
    this.dialog.style.setProperty('--left', `${left}px`);
    this.dialog.style.setProperty('--top', `${top}px`);
  }

  /** A message is deleted by the second click. */
  private async delete(): Promise<void> {
    if (!this.remove.classList.contains('sure')) return this.ask(true);
    const message = this.message!;
    const id = message.dataset.id ?? '';
    const buttons = this.buttons;
    const at = buttons.indexOf(find(message, '.more'));
    await this.try(async () => {
      await api(`/r/${this.room}/messages/${id}`, 'DELETE');
      this.erased(id);
      this.dialog.close();
      // Its own button is gone, so the focus can't go back to it: it goes on to the next one.
      [...buttons.slice(at + 1), ...buttons.slice(0, at).reverse()]
        .find(isShown)
        ?.focus({ preventScroll: true });
    });
  }

  private ask(sure: boolean): void {
    this.remove.classList.toggle('sure', sure);
    find(this.remove, 'span').textContent = sure ? 'Delete for everyone' : 'Delete message';
  }

  private async sanction(form: HTMLFormElement): Promise<void> {
    const fields = new FormData(form);
    const minutes = Number(fields.get('minutes'));
    const body = { ...(minutes && { minutes }), ...(fields.has('address') && { address: true }) };
    const { kind, done } = form.dataset;
    await this.try(async () => {
      await api(`/people/${this.message?.dataset.visitor}/${kind}`, 'PUT', body);
      this.outcome.textContent = `${find(this.dialog, 'h2').textContent} ${done}.`;
    });
  }

  private async try(work: () => Promise<void>): Promise<void> {
    this.error.textContent = this.outcome.textContent = '';
    await work().catch((error: unknown) => (this.error.textContent = errorText(error)));
  }

  /** The arrow keys go from button to button. */
  private move(event: KeyboardEvent): void {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const buttons = this.buttons;
    const at = buttons.indexOf(event.target as HTMLElement);
    if (!step || at < 0) return;
    event.preventDefault();
    buttons[at + step]?.focus();
  }

  /** All the buttons are one stop of the Tab key: the one that was used last, or the newest. */
  private rove(): void {
    const buttons = this.buttons;
    const current = buttons.find((button) => button === document.activeElement) ?? buttons.at(-1);
    for (const button of buttons) button.tabIndex = button === current ? 0 : -1;
  }

  private get buttons(): HTMLElement[] {
    const all = [...this.list.querySelectorAll<HTMLElement>('.more')];
    return all.filter(isShown);
  }
}

function isShown(element: HTMLElement): boolean {
  return element.getClientRects().length > 0;
}
