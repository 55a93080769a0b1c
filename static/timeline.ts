import type { Person } from '../server/wire.js';
import { Arrangement, placeOf } from './arrangement.js';
import { clone, find } from './dom.js';
import { fill, finish, wipe, type Said } from './message.js';

/** The messages on the page, in the room's order; those on their way come last. */
export class Timeline {
  private readonly arrangement: Arrangement;
  private readonly byId = new Map<string, HTMLElement>();
  /** Those that were deleted: what was read before that may still be on its way here. */
  private readonly erased = new Set<string>();
  private readonly message = find<HTMLTemplateElement>(document, '#message-template');
  private readonly failure = find<HTMLTemplateElement>(document, '#failure-template');

  constructor(
    private readonly list: HTMLElement,
    private readonly me: Person,
  ) {
    this.arrangement = new Arrangement(list);
    for (const element of this.elements) {
      this.byId.set(element.dataset.id ?? '', element);
      finish(element);
      this.arrangement.arrange(element);
    }
  }

  /** The first message that has its place in the room. */
  get oldest(): HTMLElement | undefined {
    return this.elements.find((element) => placeOf(element) < Infinity);
  }

  get size(): number {
    return this.byId.size;
  }

  /** Shows a message in its place: a new one, or one that was on its way until now. */
  put(said: Said): void {
    const known = this.byId.get(said.id);
    const element = known ?? clone(this.message);
    // What was written here stays one's own, also when the server knows a browser without cookies by another id.
    const mine = said.visitor === this.me.visitor || Boolean(known?.classList.contains('mine'));
    // What the room has is no longer on its way, whatever is still being sent again.
    if (known && (placeOf(known) === said.seq || (placeOf(known) < Infinity && said.seq === undefined)))
      return;
    fill(element, said, mine);
    this.byId.set(said.id, element);
    const placed = said.seq !== undefined;
    this.mark(element, mine ? (placed ? 'sent' : 'sending') : '', mine ? (placed ? 'Sent' : 'Sending…') : '');
    if (!known || placed) this.arrangement.place(element);
    if (this.erased.has(said.id)) wipe(element);
  }

  /** Takes the text out of a message, which keeps its place. */
  erase(id: string): void {
    this.erased.add(id);
    const element = this.byId.get(id);
    if (element) wipe(element);
  }

  /** Says of what is on its way that it waits for its turn, or that it is being sent. */
  hold(held: boolean): void {
    for (const element of this.elements) {
      if (element.dataset.state === 'sending')
        find(element, '.state').textContent = held ? 'Waiting…' : 'Sending…';
    }
  }

  /** Says why the server refused a message, and offers to send it again. */
  fail(id: string, reason: string): void {
    const element = this.byId.get(id);
    if (!element) return;
    this.mark(element, 'failed', 'Not sent');
    const failure = clone(this.failure);
    find(element, '.state').after(failure);
    find(failure, '.reason').textContent = reason;
  }

  /** Takes a message off the page. */
  remove(id: string): void {
    const element = this.byId.get(id);
    if (!element) return;
    this.byId.delete(id);
    this.arrangement.lift(element);
  }

  /** Takes the oldest messages off the page, and leaves the newest `most`; none that is on its way is lost. */
  trim(most: number): void {
    const elements = this.elements;
    for (const element of elements.slice(0, Math.max(0, elements.length - most))) {
      if (placeOf(element) < Infinity) this.remove(element.dataset.id ?? '');
    }
  }

  private get elements(): HTMLElement[] {
    return [...this.list.querySelectorAll<HTMLElement>('.message')];
  }

  private mark(element: HTMLElement, state: string, words: string): void {
    element.querySelector('.failure')?.remove();
    element.dataset.state = state;
    find(element, '.state').textContent = words;
  }
}
