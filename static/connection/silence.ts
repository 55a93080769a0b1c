/** How long nothing is heard before somebody asks whether all is well, in milliseconds. */
const LONG = 25_000;

/** Calls each time that nothing was heard for long. */
export class Silence {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly call: () => void) {
    this.heard();
  }

  heard(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.heard();
      this.call();
    }, LONG);
  }

  end(): void {
    clearTimeout(this.timer);
  }
}
