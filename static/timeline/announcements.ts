/** How long a screen reader may take to notice an addition, in milliseconds. */
const SETTLING_TIME = 500;

/** Decides which additions to the log a screen reader announces: new messages, but no history. */
export class Announcements {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly log: HTMLElement) {}

  /** Adds messages without an announcement. */
  silently(add: () => void): void {
    clearTimeout(this.timer);
    this.log.setAttribute('aria-live', 'off');
    this.timer = setTimeout(() => this.log.setAttribute('aria-live', 'polite'), SETTLING_TIME);
    add();
  }
}
