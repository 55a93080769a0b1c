import { find } from '../browser/dom.js';

/** How near the end of the log is when more is loaded, in pixels. */
const DISTANCE = 800;

/** A row at one end of the log that loads more messages when it is scrolled near. */
export class LoadTrigger {
  private readonly label: HTMLElement;
  private readonly retryButton: HTMLButtonElement;
  private readonly observer: IntersectionObserver;
  private isLoading = false;

  /**
   * @param log the element that scrolls.
   * @param load loads one page, then calls {@link enable} or {@link disable}; it rejects if it could not load.
   * @param failureText the text of the row after that.
   */
  constructor(
    log: HTMLElement,
    private readonly row: HTMLElement,
    private readonly load: () => Promise<void>,
    private readonly failureText: string,
  ) {
    this.label = find(row, 'span');
    this.retryButton = find(row, 'button');
    this.retryButton.addEventListener('click', () => this.retry());
    // The last of several changes that are reported together is the current one.
    this.observer = new IntersectionObserver((changes) => changes.at(-1)?.isIntersecting && void this.run(), {
      root: log,
      rootMargin: `${DISTANCE}px 0px`,
    });
  }

  /** Loads more when the row is near; it shows `text`. */
  enable(text: string): void {
    this.disable(text);
    // An observer reports changes only; observing anew makes it report the current position.
    this.observer.observe(this.row);
  }

  /** Loads no more; the row shows `text`. */
  disable(text: string): void {
    this.label.textContent = text;
    this.retryButton.hidden = true;
    this.observer.unobserve(this.row);
  }

  /** Loads again if the last attempt failed. */
  retry(): void {
    if (!this.retryButton.hidden) void this.run();
  }

  private async run(): Promise<void> {
    if (this.isLoading) return;
    this.isLoading = true;
    try {
      await this.load();
    } catch {
      this.disable(this.failureText);
      this.retryButton.hidden = false;
    } finally {
      this.isLoading = false;
    }
  }
}
