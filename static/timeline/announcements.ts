/** How long a screen reader takes to notice what was added, in milliseconds. */
const NOTICED = 500;

/** What a screen reader announces of the log: new messages, and not the history. */
export class Announcements {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly log: HTMLElement) {}

  /** Adds messages to the log that are not announced. */
  silently(add: () => void): void {
    clearTimeout(this.timer);
    this.log.setAttribute('aria-live', 'off');
    this.timer = setTimeout(() => this.log.setAttribute('aria-live', 'polite'), NOTICED);
    add();
  }
}
