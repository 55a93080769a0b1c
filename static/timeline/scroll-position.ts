import type { Cursor } from '../../server/wire.js';
import { find } from '../browser/dom.js';

/** How near the end counts as reading along, in pixels. */
const NEAR = 48;

/** Where a message stands in the visible part of the log. */
export interface Spot {
  /** Its top below the top of the log, in pixels; 0 if it begins above. */
  offset: number;
  /** How much of it is above the top of the log, of its height. */
  passed: number;
}

/** A spot that outlives the page. */
export interface Bookmark extends Spot {
  /** The place of the message. */
  cursor: Cursor;
  /** The place to read after, to begin with the message. */
  previous: Cursor;
}

/**
 * The reader's place in the log. The log is a column in reverse, so its `scrollTop` is 0 at the newest message and
 * negative above: what is added on top moves nothing, and a log that grows or shrinks stays at its end by itself.
 */
export class ScrollPosition {
  /** Whether the end of the page is the end of the room. */
  private following = true;
  /** What is being read; nothing at the end. */
  private place: (Spot & { element: HTMLElement }) | undefined;
  /** How far the browser's rounding has put things from where they belong, in pixels: it would add up. */
  private rounding = 0;
  private size = '';
  private missed = 0;

  /** @param latest is called when the reader wants to see the newest message. */
  constructor(
    private readonly log: HTMLElement,
    private readonly pill: HTMLButtonElement,
    latest: (byKey: boolean) => void,
  ) {
    log.addEventListener('scroll', () => this.scrolled(), { passive: true });
    // The focus stays where one writes.
    pill.addEventListener('mousedown', (event) => event.preventDefault());
    pill.addEventListener('click', ({ detail }) => latest(detail === 0));
    this.size = this.sizeNow;
  }

  set showsEnd(live: boolean) {
    this.following = live;
    this.updatePill();
  }

  /** Whether the newest message is in sight. */
  get atEnd(): boolean {
    return this.following && this.log.scrollTop > -NEAR;
  }

  /** The message that is being read; none at the end. */
  get reading(): HTMLElement | undefined {
    return this.place?.element;
  }

  /** Changes the log, and leaves the first message in sight where it is; at the end, it stays at the end. */
  preserve(change: (anchor: HTMLElement | undefined) => void): void {
    if (this.atEnd) {
      change(undefined);
      this.log.scrollTop = 0;
    } else {
      const anchor = this.firstInSight();
      // Its end: a message may gain or lose the name above it when others come before it.
      this.pin(anchor, 'bottom', () => change(anchor));
    }
    this.updatePlace();
  }

  /** Changes the log, and leaves one edge of an element where it is, or `by` pixels further down. */
  pin(element: Element | undefined, edge: 'top' | 'bottom', change: () => void, by = 0): void {
    const moved = (from: number) => (element ? element.getBoundingClientRect()[edge] - from : 0);
    const goal = moved(this.rounding) + by;
    change();
    if (!element?.isConnected) return;
    this.scrollBy(moved(goal));
    const rest = moved(goal);
    this.rounding = Math.abs(rest) < 1 ? rest : 0;
  }

  /** Says that others wrote `count` messages, if they are out of sight. */
  countMissed(count: number): void {
    if (this.atEnd || count === 0) return;
    this.missed += count;
    this.updatePill();
  }

  /** Goes to the end of the page. */
  scrollToEnd(): void {
    this.log.scrollTop = 0;
    this.scrolled();
  }

  /** Where a message stands now. */
  spotOf(element: HTMLElement): Spot {
    const { top, height } = element.getBoundingClientRect();
    const offset = top - this.top;
    return { offset: Math.max(0, offset), passed: Math.max(0, -offset / height) };
  }

  /** Puts a message where it stood. */
  scrollToSpot(element: HTMLElement, { offset, passed }: Spot): void {
    const { top, height } = element.getBoundingClientRect();
    this.scrollBy(top - this.top - offset + passed * height);
    this.scrolled();
  }

  /** Puts what is being read back in its place, after the log has changed its size. */
  restore(): void {
    this.size = this.sizeNow;
    if (this.place?.element.isConnected) this.scrollToSpot(this.place.element, this.place);
    else this.updatePill();
  }

  private scrolled(): void {
    this.updatePlace();
    this.updatePill();
  }

  private updatePlace(): void {
    // A resize moves what is read before it is reported; resume() puts it back.
    if (this.size !== this.sizeNow) return;
    const element = this.atEnd ? undefined : this.firstInSight();
    this.place = element && { element, ...this.spotOf(element) };
  }

  private scrollBy(pixels: number): void {
    // Not touched when nothing moved, since setting it would stop a finger's scroll.
    if (Math.abs(pixels) >= 0.5) this.log.scrollTop += pixels;
  }

  private updatePill(): void {
    if (this.atEnd) this.missed = 0;
    const far = !this.following || this.log.scrollTop < -this.log.clientHeight;
    this.pill.hidden = this.missed === 0 && !far;
    const words =
      this.missed > 0 ? `${this.missed > 1 ? `${this.missed} new messages` : 'New message'} ↓` : 'Latest ↓';
    if (this.pill.textContent !== words) this.pill.textContent = words;
    this.pill.classList.toggle('news', this.missed > 0);
  }

  private get top(): number {
    return this.log.getBoundingClientRect().top;
  }

  private get sizeNow(): string {
    return `${this.log.clientWidth} × ${this.log.clientHeight}`;
  }

  /** Messages stand in the order of the list, so half of what is left is ruled out at each look. */
  private firstInSight(): HTMLElement | undefined {
    const rows = find(this.log, '.messages').children;
    const { top } = this;
    let [from, to] = [0, rows.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (rows[middle]!.getBoundingClientRect().bottom > top) to = middle;
      else from = middle + 1;
    }
    const row = rows[from];
    const message = row?.matches('.message') ? row : row?.nextElementSibling;
    return message instanceof HTMLElement ? message : undefined;
  }
}
