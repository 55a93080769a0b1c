import { find } from './dom.js';
import type { LinkState } from './link.js';

/** How long a connection may be away before the page speaks of it, in milliseconds. */
const UNNOTICED = 700;

/** The line that says what the connection is doing. */
export class StatusLine {
  private readonly text: HTMLElement;
  private readonly countdown: HTMLElement;
  private readonly button: HTMLButtonElement;
  private state: LinkState = {};
  private wasLive = false;
  private quietUntil = Date.now() + UNNOTICED;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** @param tryNow is called when the reader won't wait. */
  constructor(
    private readonly line: HTMLElement,
    tryNow: () => void,
  ) {
    this.text = find(line, '.text');
    this.countdown = find(line, '.countdown');
    this.button = find(line, 'button');
    this.button.addEventListener('click', tryNow);
  }

  show(state: LinkState): void {
    if (this.state.live && !state.live) this.quietUntil = Date.now() + UNNOTICED;
    this.state = state;
    this.wasLive ||= state.live !== undefined;
    if (state.live) this.write();
    else this.writeIn(Math.max(0, this.quietUntil - Date.now()));
  }

  private writeIn(wait: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.write(), wait);
  }

  private write(): void {
    clearTimeout(this.timer);
    const { live, retryAt } = this.state;
    const offline = !navigator.onLine;
    const words =
      live === 'socket'
        ? 'Live'
        : live
          ? 'Live · over SSE'
          : offline
            ? 'Offline'
            : this.wasLive
              ? 'Reconnecting'
              : 'Connecting';
    const seconds = retryAt === undefined || offline ? 0 : Math.ceil((retryAt - Date.now()) / 1000);
    // A screen reader hears the first part alone, and only when it changes: not every second.
    if (this.text.textContent !== words) this.text.textContent = words;
    this.countdown.textContent = live ? '' : seconds > 0 ? `in ${seconds} s` : offline ? '' : '…';
    this.button.hidden = seconds < 2;
    this.line.dataset.state = live ? 'live' : 'away';
    if (retryAt && !live) this.writeIn(1000);
  }
}
