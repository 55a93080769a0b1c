import type { Cursor } from '../../server/wire.js';
import { find } from '../browser/dom.js';
import type { LatestButton } from './latest-button.js';

/** How near the end counts as the end, in pixels. */
const END_TOLERANCE = 48;

/** The position of a message relative to the top of the log. */
export interface Spot {
  /** How far below it the message begins, in pixels; 0 if it begins above. */
  offset: number;
  /** The part of the message above it, as a fraction of its height. */
  passed: number;
}

/** A reading position that survives a reload. */
export interface Bookmark extends Spot {
  /** The cursor of the message. */
  cursor: Cursor;
  /** The cursor to read after, to begin with that message. */
  previous: Cursor;
}

/**
 * Keeps the reader's position while the log changes. The log is a reversed flex column, so its `scrollTop` is 0 at the
 * newest message and negative above: messages added on top move nothing, and a log at its end stays there.
 */
export class ScrollPosition {
  /** Whether the page ends at the end of the room. */
  private isAtRoomEnd = true;
  /** The first visible message and its spot; `undefined` at the end. */
  private anchor: (Spot & { element: HTMLElement }) | undefined;
  /** The error that the browser's rounding has left, in pixels. Without correction it would add up. */
  private rounding = 0;
  /** The size of the log when `anchor` was measured. */
  private size: string;

  constructor(
    private readonly log: HTMLElement,
    private readonly button: LatestButton,
  ) {
    log.addEventListener('scroll', () => this.update(), { passive: true });
    this.size = this.currentSize;
  }

  /** Whether the page ends at the end of the room, or before it. */
  set showsEnd(showsEnd: boolean) {
    this.isAtRoomEnd = showsEnd;
    this.updateButton();
  }

  /** Whether the newest message is visible. */
  get atEnd(): boolean {
    return this.isAtRoomEnd && this.log.scrollTop > -END_TOLERANCE;
  }

  /** The first visible message; `undefined` at the end. */
  get firstVisible(): HTMLElement | undefined {
    return this.anchor?.element;
  }

  /** Changes the log without moving the first visible message; at the end, it stays at the end. */
  preserve(change: (anchor: HTMLElement | undefined) => void): void {
    if (this.atEnd) {
      change(undefined);
      this.log.scrollTop = 0;
    } else {
      const anchor = this.findFirstVisible();
      // Its bottom: the byline on top of it may come or go with the message before it.
      this.pin(anchor, 'bottom', () => change(anchor));
    }
    this.updateAnchor();
  }

  /** Changes the log, and leaves one edge of an element in its position, or `by` pixels further down. */
  pin(element: Element | undefined, edge: 'top' | 'bottom', change: () => void, by = 0): void {
    const distanceFrom = (y: number) => (element ? element.getBoundingClientRect()[edge] - y : 0);
    const target = distanceFrom(this.rounding) + by;
    change();
    if (!element?.isConnected) return;
    this.scrollBy(distanceFrom(target));
    const rest = distanceFrom(target);
    this.rounding = Math.abs(rest) < 1 ? rest : 0;
  }

  /** Counts new messages of others, unless they are visible. */
  countMissed(count: number): void {
    if (this.atEnd || count === 0) return;
    this.button.addMissed(count);
    this.updateButton();
  }

  /** Scrolls to the end of the page. */
  scrollToEnd(): void {
    this.log.scrollTop = 0;
    this.update();
  }

  /** Returns where a message is now. */
  spotOf(element: HTMLElement): Spot {
    const { top, height } = element.getBoundingClientRect();
    const offset = top - this.top;
    return { offset: Math.max(0, offset), passed: Math.max(0, -offset / height) };
  }

  /** Scrolls so that a message is at a spot. */
  scrollToSpot(element: HTMLElement, { offset, passed }: Spot): void {
    const { top, height } = element.getBoundingClientRect();
    this.scrollBy(top - this.top - offset + passed * height);
    this.update();
  }

  /** Restores the position after the log was resized. */
  restore(): void {
    this.size = this.currentSize;
    if (this.anchor?.element.isConnected) this.scrollToSpot(this.anchor.element, this.anchor);
    else this.updateButton();
  }

  private update(): void {
    this.updateAnchor();
    this.updateButton();
  }

  private updateAnchor(): void {
    // A resize scrolls the log before it is reported; restore() will scroll it back.
    if (this.size !== this.currentSize) return;
    const element = this.atEnd ? undefined : this.findFirstVisible();
    this.anchor = element && { element, ...this.spotOf(element) };
  }

  private updateButton(): void {
    const isFar = !this.isAtRoomEnd || this.log.scrollTop < -this.log.clientHeight;
    this.button.update(this.atEnd, isFar);
  }

  private scrollBy(pixels: number): void {
    // Setting scrollTop stops the momentum of a touch, so it is not set without need.
    if (Math.abs(pixels) >= 0.5) this.log.scrollTop += pixels;
  }

  private get top(): number {
    return this.log.getBoundingClientRect().top;
  }

  private get currentSize(): string {
    return `${this.log.clientWidth} × ${this.log.clientHeight}`;
  }

  /** A binary search: each look at a position may cost a layout. */
  private findFirstVisible(): HTMLElement | undefined {
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
