import { find } from './dom.js';

/** How near the end counts as reading along, in pixels. */
const NEAR = 48;

/**
 * The reader's place in the log. The log is a column in reverse, so its `scrollTop` is 0 at the newest message and
 * negative above: what is added on top moves nothing, and a log that grows or shrinks stays at its end by itself.
 */
export class Reader {
  private missed = 0;

  constructor(
    private readonly log: HTMLElement,
    private readonly pill: HTMLButtonElement,
  ) {
    log.addEventListener('scroll', () => this.look(), { passive: true });
    pill.addEventListener('click', () => {
      this.toEnd();
      log.focus({ preventScroll: true });
    });
  }

  /** Whether the newest message is in sight. */
  get atEnd(): boolean {
    return this.log.scrollTop > -NEAR;
  }

  /** Changes the log, and leaves what is being read where it is. */
  keep(change: () => void): void {
    if (this.atEnd) {
      change();
      this.log.scrollTop = 0;
      return;
    }
    const anchor = this.firstInSight();
    // Its end: a message may gain or lose the name above it when others come before it.
    const before = anchor?.getBoundingClientRect().bottom ?? 0;
    change();
    if (!anchor?.isConnected) return;
    const moved = anchor.getBoundingClientRect().bottom - before;
    // Not touched when nothing moved, since setting it would stop a finger's scroll.
    if (Math.abs(moved) >= 1) this.log.scrollTop += moved;
  }

  /** Says that others wrote `count` messages, if they are out of sight. */
  miss(count: number): void {
    if (this.atEnd || count === 0) return;
    this.missed += count;
    this.look();
  }

  /** Goes to the newest message. */
  toEnd(): void {
    this.log.scrollTop = 0;
    this.look();
  }

  private look(): void {
    if (this.atEnd) this.missed = 0;
    const far = this.log.scrollTop < -this.log.clientHeight;
    this.pill.hidden = this.missed === 0 && !far;
    const words =
      this.missed > 0 ? `${this.missed > 1 ? `${this.missed} new messages` : 'New message'} ↓` : 'Latest ↓';
    if (this.pill.textContent !== words) this.pill.textContent = words;
    this.pill.classList.toggle('news', this.missed > 0);
  }

  private firstInSight(): Element | undefined {
    const top = this.log.getBoundingClientRect().top;
    const messages = [...find(this.log, '.messages').children];
    return messages.find(
      (message) => message.matches('.message') && message.getBoundingClientRect().bottom > top,
    );
  }
}
