import { find } from '../browser/dom.js';
import { isCovered } from '../browser/keyboard.js';
import { serverConstants } from '../browser/server-constants.js';
import { recall, remember } from '../browser/storage.js';

/** How often the room is told that somebody is typing, in milliseconds. */
const TYPING_EVERY = 2000;
const touchScreen = matchMedia('(pointer: coarse)');

/** The box one writes in. What is in it outlives a reload of the tab. */
export class Composer {
  private readonly box: HTMLTextAreaElement;
  private readonly note: HTMLElement;
  private readonly key: string;
  /** The longest message that the server takes, in code points. */
  private readonly longest = serverConstants().messageMax;
  private typedAt = 0;
  /** Whether the box had the focus when it was locked. */
  private hadFocus = false;

  /**
   * @param onSend is given each message to send.
   * @param onTyping is called now and then while something is being written.
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
      // While an input method is at work, Enter chooses a word; Safari tells so by the key code alone.
      const composing = event.isComposing || event.keyCode === 229;
      if (event.key !== 'Enter' || event.shiftKey || composing || isOnScreen(event)) return;
      event.preventDefault();
      this.send();
    });
    // The box keeps the focus, and a phone its keyboard.
    find(form, 'button').addEventListener('mousedown', (event) => event.preventDefault());
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.send();
    });
    // A phone that is turned wraps the lines anew.
    addEventListener('resize', () => this.update());
    this.update();
  }

  /** Lets nothing be written here, or again; what stands in the box stays, and the focus comes back to it. */
  setLocked(locked: boolean): void {
    if (locked === this.box.disabled) return;
    if (locked) this.hadFocus = document.activeElement === this.box;
    this.form.parentElement?.classList.toggle('locked', locked);
    this.box.disabled = find<HTMLButtonElement>(this.form, 'button').disabled = locked;
    // Unless something else was focused meanwhile.
    if (!locked && this.hadFocus && [this.box, document.body].includes(document.activeElement as HTMLElement))
      this.focus();
  }

  focus(): void {
    this.box.focus({ preventScroll: true });
  }

  private send(): void {
    const message = this.box.value.trim();
    this.focus();
    if (!message || this.left(message) < 0) return;
    this.box.value = '';
    this.update();
    this.onSend(message);
  }

  private handleInput(): void {
    this.update();
    if (!this.box.value.trim() || Date.now() - this.typedAt < TYPING_EVERY) return;
    this.typedAt = Date.now();
    this.onTyping();
  }

  /** Returns how many more code points a message may have; counting them costs, and is not needed for a short one. */
  private left(text: string): number {
    return this.longest - (text.length > this.longest / 2 ? Array.from(text).length : text.length);
  }

  private update(): void {
    this.box.style.height = 'auto';
    this.box.style.height = `${this.box.scrollHeight}px`;
    // No maxlength: it would cut off what is pasted, without a word.
    const left = this.left(this.box.value.trim());
    this.note.textContent =
      left < 0
        ? `${charactersOf(-left)} too long`
        : left < 400
          ? `${charactersOf(left)} left`
          : (this.note.dataset.hint ?? '');
    this.note.classList.toggle('over', left < 0);
    this.box.ariaInvalid = String(left < 0);
    this.form.classList.toggle('ready', this.box.value.trim() !== '' && left >= 0);
    remember(this.key, this.box.value);
  }
}

/**
 * Whether a key is one of an on-screen keyboard, on which Enter makes a new line. Android gives such a key no code;
 * iOS lays the keyboard over the page.
 */
function isOnScreen({ code, ctrlKey, metaKey }: KeyboardEvent): boolean {
  return touchScreen.matches && !ctrlKey && !metaKey && (code === '' || isCovered());
}

function charactersOf(count: number): string {
  return `${count} ${count === 1 ? 'character' : 'characters'}`;
}
