import { find } from '../browser/dom.js';
import { isolate } from '../browser/text.js';
import { api, errorText } from '../connection/api.js';
import { RovingFocus } from './roving-focus.js';
import { words } from 'shared/words';

/** The least distance of the dialog from the edges of the window, in pixels. */
const MARGIN = 8;
/** The distance between the dialog and its button, in pixels. */
const GAP = 4;

/** The dialog behind the button of each message: delete it, mute or ban its author. */
export class MessageActions {
  private readonly dialog = find<HTMLDialogElement>(document, '#actions');
  private readonly deleteButton = find<HTMLButtonElement>(this.dialog, '.delete');
  private readonly error = find(this.dialog, '.error');
  private readonly outcome = find(this.dialog, '.outcome');
  private readonly focus: RovingFocus;
  private message: HTMLElement | undefined;

  /**
   * @param list the list of messages.
   * @param onDelete is given the id of a message that was deleted here.
   */
  constructor(
    list: HTMLElement,
    private readonly room: string,
    private readonly onDelete: (id: string) => void,
  ) {
    this.focus = new RovingFocus(list, '.more');
    list.addEventListener('click', ({ target }) => {
      const button = target instanceof Element && target.closest<HTMLElement>('.more');
      if (button) this.open(button);
    });
    this.dialog.addEventListener('click', ({ target }) => {
      // The children cover the dialog, so this is a click on its backdrop.
      if (target === this.dialog) this.dialog.close();
    });
    this.deleteButton.addEventListener('click', () => void this.delete());
    for (const form of this.sanctionForms) {
      form.addEventListener('submit', (event) => {
        event.preventDefault();
        void this.sanction(form);
      });
    }
  }

  private get sanctionForms(): HTMLFormElement[] {
    return [...this.dialog.querySelectorAll<HTMLFormElement>('.sanction')];
  }

  private open(button: HTMLElement): void {
    const message = button.closest<HTMLElement>('.message')!;
    this.message = message;
    const isMine = message.classList.contains('mine');
    const author = ['.author', '.tag'].map((part) => find(message, part).textContent).join(' ');
    find(this.dialog, 'h2').textContent = isMine ? words.yourMessage : author.trim();
    for (const form of this.sanctionForms) {
      form.hidden = isMine;
      form.reset();
    }
    this.setConfirming(false);
    this.error.textContent = this.outcome.textContent = '';
    this.dialog.showModal();
    this.placeBeside(button, isMine);
  }

  /** Places the dialog below its button, or above it. On a phone, the style ignores that and uses the bottom. */
  private placeBeside(button: HTMLElement, isMine: boolean): void {
    const [at, own] = [button.getBoundingClientRect(), this.dialog.getBoundingClientRect()];
    const clamp = (start: number, size: number, available: number) =>
      Math.max(MARGIN, Math.min(start, available - size - MARGIN));
    // The button is before one's own message, and behind others.
    const alignsRight = isMine === (document.dir !== 'rtl');
    const left = clamp(alignsRight ? at.right - own.width : at.left, own.width, innerWidth);
    const fitsBelow = at.bottom + GAP + own.height < innerHeight;
    const top = clamp(fitsBelow ? at.bottom + GAP : at.top - GAP - own.height, own.height, innerHeight);
    this.dialog.style.setProperty('--left', `${left}px`);
    this.dialog.style.setProperty('--top', `${top}px`);
  }

  /** Deletes the message at the second click. */
  private async delete(): Promise<void> {
    if (!this.deleteButton.classList.contains('confirming')) return this.setConfirming(true);
    const message = this.message!;
    const id = message.dataset.id ?? '';
    const neighbour = this.focus.neighbourOf(find(message, '.more'));
    await this.attempt(async () => {
      await api(`/r/${this.room}/messages/${id}`, 'DELETE');
      this.onDelete(id);
      this.dialog.close();
      // The button that opened the dialog is gone.
      neighbour()?.focus({ preventScroll: true });
    });
  }

  private setConfirming(isConfirming: boolean): void {
    this.deleteButton.classList.toggle('confirming', isConfirming);
    find(this.deleteButton, 'span').textContent = isConfirming
      ? words.deleteForEveryone
      : words.deleteMessage;
  }

  /** Mutes or bans the author, as the form says. */
  private async sanction(form: HTMLFormElement): Promise<void> {
    const fields = new FormData(form);
    const minutes = Number(fields.get('minutes'));
    const body = { ...(minutes && { minutes }), ...(fields.has('address') && { address: true }) };
    const { kind } = form.dataset;
    await this.attempt(async () => {
      await api(`/people/${this.message?.dataset.visitor}/${kind}`, 'PUT', body);
      const name = isolate(find(this.dialog, 'h2').textContent);
      this.outcome.textContent = kind === 'ban' ? words.isBanned(name) : words.isMuted(name);
    });
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    this.error.textContent = this.outcome.textContent = '';
    await work().catch((error: unknown) => (this.error.textContent = errorText(error)));
  }
}
