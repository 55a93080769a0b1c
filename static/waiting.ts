import { find } from './dom.js';

/** The line that says that what was written goes out later, because the server asks for time. */
export class Waiting {
  private readonly words = find(document, '#later .words');
  private readonly countdown = find(document, '#later .countdown');
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** @param until when the next message goes out, in milliseconds since the epoch; none waits without it. */
  show(until: number | undefined): void {
    clearTimeout(this.timer);
    const seconds = until === undefined ? 0 : Math.max(1, Math.ceil((until - Date.now()) / 1000));
    // A screen reader hears this part alone, once: not every second.
    const words = seconds ? 'That was fast: the next message is sent' : '';
    if (this.words.textContent !== words) this.words.textContent = words;
    this.countdown.textContent = seconds ? `in ${seconds} s` : '';
    if (seconds) this.timer = setTimeout(() => this.show(until), 500);
  }
}
