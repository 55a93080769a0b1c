import { find } from '../browser/dom.js';
import type { PageView } from './page-state.js';

/** The connection status next to the room's name. */
export class StatusLine {
  private readonly announced: HTMLElement;
  private readonly text: HTMLElement;
  private readonly countdown: HTMLElement;
  private readonly button: HTMLButtonElement;
  private readonly signIn: HTMLElement;

  /** @param onTryNow is called when the person does not want to wait for the next attempt. */
  constructor(
    private readonly line: HTMLElement,
    onTryNow: () => void,
  ) {
    this.announced = find(line, '[role=status]');
    this.text = find(line, '.text');
    this.countdown = find(line, '.countdown');
    this.button = find(line, 'button');
    this.signIn = find(line, '.sign-in');
    this.button.addEventListener('click', onTryNow);
  }

  show({ connection, status, statusCountdown, canTryNow, canSignIn }: PageView): void {
    // Screen readers announce this part whenever it is set, so not every second, and without the countdown.
    if (this.announced.textContent !== status) this.announced.textContent = this.text.textContent = status;
    this.countdown.textContent = statusCountdown;
    this.line.dataset.state = connection;
    this.button.hidden = !canTryNow;
    this.signIn.hidden = !canSignIn;
    document.body.classList.toggle('away', connection === 'away');
  }
}
