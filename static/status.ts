import { find } from './dom.js';
import type { LinkState } from './link.js';
import { nameOf, ways } from './ways.js';

/** How long a trouble may last before the page speaks of it, in milliseconds. */
const UNNOTICED = 700;

/** The words beside the room's name that say what the connection is doing: one, when all is well. */
export class StatusLine {
  private readonly heard: HTMLElement;
  private readonly text: HTMLElement;
  private readonly countdown: HTMLElement;
  private readonly button: HTMLButtonElement;
  private readonly signIn: HTMLElement;
  private state: LinkState = { live: undefined, retryAt: undefined, refusal: undefined };
  private waiting = 0;
  private wasLive = false;
  private awayAt = Date.now();
  private waitingAt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** @param tryNow is called when the reader won't wait. */
  constructor(
    private readonly line: HTMLElement,
    tryNow: () => void,
  ) {
    this.heard = find(line, '[role=status]');
    this.text = find(line, '.text');
    this.countdown = find(line, '.countdown');
    this.button = find(line, 'button');
    this.signIn = find(line, '.sign-in');
    this.button.addEventListener('click', tryNow);
  }

  show(state: LinkState): void {
    if (this.state.live && !state.live) this.awayAt = Date.now();
    this.state = state;
    this.wasLive ||= state.live !== undefined;
    this.write();
  }

  /** So many messages are on their way. */
  wait(waiting: number): void {
    if (!this.waiting && waiting) this.waitingAt = Date.now();
    this.waiting = waiting;
    this.write();
  }

  private write(): void {
    clearTimeout(this.timer);
    const { live, retryAt, refusal } = this.state;
    const spoken = (since: number) => Date.now() - since >= UNNOTICED;
    // Both troubles pass unseen when they are short.
    if (live || refusal || spoken(this.awayAt)) this.writeState();
    const waits = this.waiting > 0 && spoken(this.waitingAt);
    this.countdown.textContent = [this.untilRetry(), waits && `· ${this.waiting} waiting`]
      .filter(Boolean)
      .join(' ');
    if (refusal) return;
    if (!live && retryAt) this.timer = setTimeout(() => this.write(), Math.min(1000, UNNOTICED));
    else if (!live || (this.waiting > 0 && !waits)) this.timer = setTimeout(() => this.write(), UNNOTICED);
  }

  private writeState(): void {
    const { live, refusal } = this.state;
    const words = this.words();
    // A screen reader hears this part alone, and only when it changes: not every second, nor with each message.
    if (this.heard.textContent !== words) this.heard.textContent = this.text.textContent = words;
    this.line.dataset.state = live ? 'live' : refusal ? 'refused' : 'away';
    document.body.classList.toggle('away', this.line.dataset.state === 'away');
    this.signIn.hidden = refusal?.status !== 401;
  }

  private words(): string {
    const { live, refusal } = this.state;
    if (live) return live === ways[0] ? 'Live' : `Live · over ${nameOf[live]}`;
    if (!navigator.onLine) return 'Offline';
    return refusal?.error ?? (this.wasLive ? 'Reconnecting' : 'Connecting');
  }

  private untilRetry(): string {
    const { live, retryAt, refusal } = this.state;
    if (refusal) {
      this.button.hidden = false;
      return '';
    }
    const seconds = live || !navigator.onLine || !retryAt ? 0 : Math.ceil((retryAt - Date.now()) / 1000);
    this.button.hidden = seconds < 2;
    if (live || !navigator.onLine) return '';
    return seconds > 1 ? `in ${seconds} s` : '…';
  }
}
