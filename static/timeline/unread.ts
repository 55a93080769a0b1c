/** Counts in the tab's title the messages that arrive while the page is hidden. */
export class Unread {
  private readonly title = document.title;
  private count = 0;

  constructor() {
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) this.set(0);
    });
  }

  add(count: number): void {
    if (document.hidden) this.set(this.count + count);
  }

  private set(count: number): void {
    this.count = count;
    document.title = count > 0 ? `(${count}) ${this.title}` : this.title;
  }
}
