/** How long a stream may be silent before it is checked, in milliseconds. */
const TIMEOUT = 25_000;

/** Calls back whenever {@link Watchdog.reset} was not called for 25 s. */
export class Watchdog {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly onTimeout: () => void) {
    this.reset();
  }

  /** Restarts the timer: the stream is alive. */
  reset(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.reset();
      this.onTimeout();
    }, TIMEOUT);
  }

  /** Never calls back again. */
  stop(): void {
    clearTimeout(this.timer);
  }
}
