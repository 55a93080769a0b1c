import type { Person } from '../../server/wire.js';
import { clone, find } from '../browser/dom.js';
import { updateDeliveryStatus } from './delivery-status.js';
import type { Folding } from './folding.js';
import { MessageOrder, seqOfElement } from './message-order.js';
import { fillMessage, enhanceMessage, eraseMessage, type DisplayedMessage } from './message.js';

/** How many deletions are remembered: what was read before one may still be on its way here. */
const ERASED = 1000;

/** The messages on the page, in the room's order; those on their way come last. */
export class Timeline {
  private readonly order: MessageOrder;
  private readonly byId = new Map<string, HTMLElement>();
  /** The ids that were deleted last. */
  private readonly erased = new Set<string>();
  private sending = '';
  private readonly message = find<HTMLTemplateElement>(document, '#message-template');
  private readonly failure = find<HTMLTemplateElement>(document, '#failure-template');

  constructor(
    private readonly list: HTMLElement,
    private readonly me: Person,
    private readonly folding: Folding,
  ) {
    this.order = new MessageOrder(list);
    for (const element of this.elements) {
      this.byId.set(element.dataset.id ?? '', element);
      enhanceMessage(element);
      this.order.updateGrouping(element);
    }
  }

  /** The first message that has its place in the room. */
  get oldest(): HTMLElement | undefined {
    return this.elements.find((element) => seqOfElement(element) < Infinity);
  }

  get size(): number {
    return this.byId.size;
  }

  /** The newest message with at most this seq. */
  upTo(seq: number): HTMLElement | undefined {
    return this.elements.findLast((element) => seqOfElement(element) <= seq);
  }

  /** Shows a message in its place: a new one, or one that was on its way until now. */
  show(said: DisplayedMessage): void {
    const known = this.byId.get(said.id);
    const element = known ?? clone(this.message);
    // What was written here stays one's own, also when the server knows a browser without cookies by another id.
    const mine = said.visitor === this.me.visitor || Boolean(known?.classList.contains('mine'));
    // What the room has is no longer on its way, whatever is still being sent again.
    if (
      known &&
      (seqOfElement(known) === said.seq || (seqOfElement(known) < Infinity && said.seq === undefined))
    )
      return;
    fillMessage(element, said, mine);
    this.byId.set(said.id, element);
    const placed = said.seq !== undefined;
    this.mark(
      element,
      mine ? (placed ? 'sent' : 'sending') : '',
      mine ? (placed ? 'Sent' : this.sending) : '',
    );
    if (!known || placed) this.order.insert(element);
    if (this.erased.has(said.id)) eraseMessage(element);
  }

  /** Takes the text out of a message, which keeps its place. */
  erase(id: string): void {
    this.erased.add(id);
    if (this.erased.size > ERASED) this.erased.delete([...this.erased.keys()][0]!);
    const element = this.byId.get(id);
    if (element) eraseMessage(element);
  }

  /** Sets what stands under the messages that are not stored yet. */
  setSendingText(words: string): void {
    if (this.sending === words) return;
    this.sending = words;
    for (const element of this.elements) {
      if (element.dataset.state === 'sending') find(element, '.state').textContent = words;
    }
  }

  /** Says why the server refused a message, and offers to send it again. */
  showFailure(id: string, reason: string): void {
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
    this.order.remove(element);
  }

  /** Marks a message that was on its way as stored, though its place is not on the page. */
  markStored(id: string): void {
    const element = this.byId.get(id);
    if (element && seqOfElement(element) === Infinity) this.mark(element, 'sent', 'Sent');
  }

  /**
   * Takes messages off the page and leaves `most` around one of them, or the newest; none that is on its way is lost.
   * @returns whether older ones and newer ones than those left were there.
   */
  trim(most: number, around?: HTMLElement): { above: boolean; below: boolean } {
    const stored = this.elements.filter(
      (element) => seqOfElement(element) < Infinity || element.dataset.state === 'sent',
    );
    const at = around ? stored.indexOf(around) : -1;
    const middle = at < 0 ? stored.length : at;
    const first = Math.max(0, Math.min(middle - most / 2, stored.length - most));
    // From the end, or each message in turn would become the first of its day.
    for (const element of stored.slice(first + most).reverse()) this.remove(element.dataset.id ?? '');
    for (const element of stored.slice(0, first).reverse()) this.remove(element.dataset.id ?? '');
    return { above: first > 0, below: first + most < stored.length };
  }

  /** Takes all messages off the page that have their place in the room. */
  clear(): void {
    for (const element of this.elements.reverse())
      if (seqOfElement(element) < Infinity) this.remove(element.dataset.id ?? '');
  }

  /** Brings up to date what depends on several messages, or on how much room they have: once after each change. */
  update(): void {
    this.list.parentElement?.classList.toggle('empty', this.size === 0);
    updateDeliveryStatus(this.list);
    this.folding.update();
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
