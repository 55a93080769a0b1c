/** How long nothing is heard before somebody asks whether all is well, in milliseconds. */
const LONG = 25_000;

/** Calls each time that nothing was heard for long. */
export class Watchdog {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly call: () => void) {
    this.reset();
  }

  reset(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.reset();
      this.call();
    }, LONG);
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}
