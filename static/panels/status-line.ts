import { find } from '../browser/dom.js';
import type { PageView } from './page-state.js';

/** The words beside the room's name that say what the connection is doing: one, when all is well. */
export class StatusLine {
  private readonly announced: HTMLElement;
  private readonly text: HTMLElement;
  private readonly countdown: HTMLElement;
  private readonly button: HTMLButtonElement;
  private readonly signIn: HTMLElement;

  /** @param tryNow is called when the reader won't wait. */
  constructor(
    private readonly line: HTMLElement,
    tryNow: () => void,
  ) {
    this.announced = find(line, '[role=status]');
    this.text = find(line, '.text');
    this.countdown = find(line, '.countdown');
    this.button = find(line, 'button');
    this.signIn = find(line, '.sign-in');
    this.button.addEventListener('click', tryNow);
  }

  show({ connection, status, statusCountdown, canTryNow, canSignIn }: PageView): void {
    // Screen readers announce this part alone, and only when it changes: not every second, nor with each message.
    if (this.announced.textContent !== status) this.announced.textContent = this.text.textContent = status;
    this.countdown.textContent = statusCountdown;
    this.line.dataset.state = connection;
    this.button.hidden = !canTryNow;
    this.signIn.hidden = !canSignIn;
    document.body.classList.toggle('away', connection === 'away');
  }
}
