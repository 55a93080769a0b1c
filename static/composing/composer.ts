import { find } from '../browser/dom.js';
import { isCovered } from '../browser/keyboard.js';
import { serverConstants } from '../browser/server-constants.js';
import { recall, remember } from '../browser/storage.js';
import { lengthOf } from '../browser/text.js';
import { words } from 'shared/words';

/** The shortest time between two typing events, in milliseconds. */
const TYPING_INTERVAL = 2000;
/** The most remaining characters that the page counts. */
const COUNTED_MAX = 400;
const touchScreen = matchMedia('(pointer: coarse)');

/** The form in which a message is written. Its text survives a reload of the tab. */
export class Composer {
  private readonly box: HTMLTextAreaElement;
  private readonly note: HTMLElement;
  private readonly key: string;
  private readonly maxLength = serverConstants().messageMax;
  private typedAt = 0;
  /** Whether the box had the focus when it was locked. */
  private hadFocus = false;

  /**
   * @param onSend gets each message to send.
   * @param onTyping is called while the person types, every 2 s at most.
   */
  constructor(
    private readonly form: HTMLFormElement,
    room: string,
    private readonly onSend: (message: string) => void,
    private readonly onTyping: () => void,
  ) {
    this.box = find(form, 'textarea');
    this.note = find(form, '.note');
    this.key = `parley:${room}:draft`;
    if (!this.box.value) this.box.value = recall(this.key);
    this.box.addEventListener('input', () => this.handleInput());
    this.box.addEventListener('keydown', (event) => {
      // In an input method, Enter selects a word; Safari marks it by the key code 229 alone.
      const isComposing = event.isComposing || event.keyCode === 229;
      if (event.key !== 'Enter' || event.shiftKey || isComposing || isOnScreen(event)) return;
      event.preventDefault();
      this.send();
    });
    // Leaves the focus in the box, so that a phone keeps its keyboard open.
    find(form, 'button').addEventListener('mousedown', (event) => event.preventDefault());
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.send();
    });
    // Another width wraps the text differently.
    addEventListener('resize', () => this.update());
    this.update();
  }

  /** Disables or enables the form; the text stays, and the focus returns to the box. */
  setLocked(isLocked: boolean): void {
    if (isLocked === this.box.disabled) return;
    if (isLocked) this.hadFocus = document.activeElement === this.box;
    this.form.parentElement?.classList.toggle('locked', isLocked);
    this.box.disabled = find<HTMLButtonElement>(this.form, 'button').disabled = isLocked;
    // Not if another element was focused in the meantime.
    const { activeElement } = document;
    if (!isLocked && this.hadFocus && (activeElement === this.box || activeElement === document.body))
      this.focus();
  }

  focus(): void {
    this.box.focus({ preventScroll: true });
  }

  private get remaining(): number {
    return this.maxLength - lengthOf(this.box.value.trim());
  }

  private send(): void {
    const message = this.box.value.trim();
    this.focus();
    if (!message || this.remaining < 0) return;
    this.box.value = '';
    this.update();
    this.onSend(message);
  }

  private handleInput(): void {
    this.update();
    if (!this.box.value.trim() || Date.now() - this.typedAt < TYPING_INTERVAL) return;
    this.typedAt = Date.now();
    this.onTyping();
  }

  private update(): void {
    this.box.style.height = 'auto';
    this.box.style.height = `${this.box.scrollHeight}px`;
    // Instead of `maxlength`, which would silently truncate a pasted text.
    const { remaining } = this;
    this.note.textContent =
      remaining < 0
        ? words.charactersTooMany(-remaining)
        : remaining < COUNTED_MAX
          ? words.charactersLeft(remaining)
          : (this.note.dataset.hint ?? '');
    this.note.classList.toggle('over', remaining < 0);
    this.box.ariaInvalid = String(remaining < 0);
    this.form.classList.toggle('ready', this.box.value.trim() !== '' && remaining >= 0);
    remember(this.key, this.box.value);
  }
}

/**
 * Whether a key belongs to an on-screen keyboard, where Enter inserts a line break. Android reports no code for such a
 * key; iOS lays the keyboard over the page.
 */
function isOnScreen({ code, ctrlKey, metaKey }: KeyboardEvent): boolean {
  return touchScreen.matches && !ctrlKey && !metaKey && (code === '' || isCovered());
}
