import type { Person } from '../../server/wire.js';
import { BoundedSet } from '../browser/bounded-set.js';
import { clone, find } from '../browser/dom.js';
import { updateDeliveryStatus } from './delivery-status.js';
import type { Folding } from './folding.js';
import { MessageOrder, seqOfElement } from './message-order.js';
import { enhanceMessage, eraseMessage, fillMessage, type DisplayedMessage } from './message.js';
import { words } from 'shared/words';

/** How many deletions are remembered: a page that was read before one may arrive after it. */
const ERASED_LIMIT = 1000;

/** The messages on the page: those of the log in its order, then the drafts. */
export class Timeline {
  private readonly order: MessageOrder;
  private readonly byId = new Map<string, HTMLElement>();
  /** The ids that were deleted last. */
  private readonly erased = new BoundedSet<string>(ERASED_LIMIT);
  private sendingText = '';
  private readonly messageTemplate = find<HTMLTemplateElement>(document, '#message-template');
  private readonly failureTemplate = find<HTMLTemplateElement>(document, '#failure-template');

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

  /** The first message of the log. */
  get oldest(): HTMLElement | undefined {
    return this.elements.find(isInLog);
  }

  get size(): number {
    return this.byId.size;
  }

  /** Returns the newest message with at most this seq. */
  upTo(seq: number): HTMLElement | undefined {
    return this.elements.findLast((element) => seqOfElement(element) <= seq);
  }

  /** Shows a message: a new one, a draft, or a draft that is stored now. */
  show(message: DisplayedMessage): void {
    const known = this.byId.get(message.id);
    const element = known ?? clone(this.messageTemplate);
    // A message from this page stays the reader's own: without cookies, the server may assign another id.
    const isMine = message.visitor === this.me.visitor || Boolean(known?.classList.contains('mine'));
    const isStored = message.seq !== undefined;
    // A message of the log is not turned into a draft again while it is still being sent.
    if (known && (seqOfElement(known) === message.seq || (isInLog(known) && !isStored))) return;
    fillMessage(element, message, isMine);
    this.byId.set(message.id, element);
    if (!isMine) setState(element, '', '');
    else if (isStored) setState(element, 'sent', words.sent);
    else setState(element, 'sending', this.sendingText);
    if (!known || isStored) this.order.insert(element);
    if (this.erased.has(message.id)) eraseMessage(element);
  }

  /** Removes the text of a message, which keeps its place. */
  erase(id: string): void {
    this.erased.add(id);
    const element = this.byId.get(id);
    if (element) eraseMessage(element);
  }

  /** Sets the delivery status of the drafts. */
  setSendingText(text: string): void {
    if (this.sendingText === text) return;
    this.sendingText = text;
    for (const element of this.elements) {
      if (element.dataset.state === 'sending') find(element, '.state').textContent = text;
    }
  }

  /** Shows why the server refused a draft, with buttons to retry or discard it. */
  showFailure(id: string, reason: string): void {
    const element = this.byId.get(id);
    if (!element) return;
    setState(element, 'failed', words.notSent);
    const failure = clone(this.failureTemplate);
    find(element, '.state').after(failure);
    find(failure, '.reason').textContent = reason;
  }

  /** Removes a message from the page. */
  remove(id: string): void {
    const element = this.byId.get(id);
    if (!element) return;
    this.byId.delete(id);
    this.order.remove(element);
  }

  /** Marks a draft as sent whose place in the log is not on the page. */
  markStored(id: string): void {
    const element = this.byId.get(id);
    if (element && !isInLog(element)) setState(element, 'sent', words.sent);
  }

  /**
   * Removes all messages but `count` around `anchor`, or the newest without one; drafts stay.
   * @returns whether older or newer messages than the remaining ones were removed.
   */
  trim(count: number, anchor?: HTMLElement): { above: boolean; below: boolean } {
    const stored = this.elements.filter((element) => isInLog(element) || element.dataset.state === 'sent');
    const at = anchor ? stored.indexOf(anchor) : -1;
    const middle = at < 0 ? stored.length : at;
    const first = Math.max(0, Math.min(middle - count / 2, stored.length - count));
    // From the end: otherwise each message in turn would get a day separator.
    for (const element of stored.slice(first + count).reverse()) this.remove(element.dataset.id ?? '');
    for (const element of stored.slice(0, first).reverse()) this.remove(element.dataset.id ?? '');
    return { above: first > 0, below: first + count < stored.length };
  }

  /** Removes all messages of the log; drafts stay. */
  clear(): void {
    for (const element of this.elements.reverse())
      if (isInLog(element)) this.remove(element.dataset.id ?? '');
  }

  /** Updates all that depends on several messages or on the layout. Call it once after each change. */
  update(): void {
    this.list.parentElement?.classList.toggle('empty', this.size === 0);
    updateDeliveryStatus(this.list);
    this.folding.update();
  }

  private get elements(): HTMLElement[] {
    return [...this.list.querySelectorAll<HTMLElement>('.message')];
  }
}

function isInLog(element: HTMLElement): boolean {
  return seqOfElement(element) < Infinity;
}

function setState(element: HTMLElement, state: string, text: string): void {
  element.querySelector('.failure')?.remove();
  element.dataset.state = state;
  find(element, '.state').textContent = text;
}
