import { find } from '../browser/dom.js';

/** How near the reader comes to an end of the log before more is loaded, in pixels. */
const NEAR = 800;

/** The row at one end of the log, which loads more messages as the reader nears it. */
export class LoadTrigger {
  private readonly label: HTMLElement;
  private readonly retryButton: HTMLButtonElement;
  private readonly observer: IntersectionObserver;
  private loading = false;

  /**
   * @param log the element that scrolls.
   * @param load loads one page and calls {@link enable} or {@link disable} after it; a rejection is shown in the row.
   * @param failed what the row says then.
   */
  constructor(
    log: HTMLElement,
    private readonly row: HTMLElement,
    private readonly load: () => Promise<void>,
    private readonly failed: string,
  ) {
    this.label = find(row, 'span');
    this.retryButton = find(row, 'button');
    this.retryButton.addEventListener('click', () => this.retry());
    // On a busy machine several changes are reported at once: the last one holds.
    this.observer = new IntersectionObserver((seen) => seen.at(-1)?.isIntersecting && void this.run(), {
      root: log,
      rootMargin: `${NEAR}px 0px`,
    });
  }

  /** There is more: loads it when the reader is near. */
  enable(words: string): void {
    this.disable(words);
    // An observer reports changes only; observed anew, it reports where the row is now.
    this.observer.observe(this.row);
  }

  /** Loads again what could not be loaded, if that is so. */
  retry(): void {
    if (!this.retryButton.hidden) void this.run();
  }

  /** There is no more. */
  disable(words: string): void {
    this.label.textContent = words;
    this.retryButton.hidden = true;
    this.observer.unobserve(this.row);
  }

  private async run(): Promise<void> {
    if (this.loading) return;
    this.loading = true;
    try {
      await this.load();
    } catch {
      this.disable(this.failed);
      this.retryButton.hidden = false;
    } finally {
      this.loading = false;
    }
  }
}
