import { clone, find } from '../browser/dom.js';
import { onMidnight, formatDay } from './days.js';

/** How far apart two messages of one person may be to share a byline, in milliseconds. */
const GROUPING_TIME = 5 * 60_000;

/** Keeps the list of messages in the order of the log, drafts last, with a separator before each day. */
export class MessageOrder {
  private readonly separator = find<HTMLTemplateElement>(document, '#day-template');

  constructor(private readonly list: HTMLElement) {
    onMidnight(() => {
      for (const time of list.querySelectorAll<HTMLTimeElement>('.day time'))
        time.textContent = formatDay(time.dateTime);
    });
  }

  /** Inserts a message, or moves it if it is in the list already. */
  insert(element: HTMLElement): void {
    const seq = seqOfElement(element);
    let after: HTMLElement | undefined;
    for (let other = last(this.list); other; other = previous(other)) {
      if (other === element) continue;
      if (seqOfElement(other) <= seq) break;
      after = other;
    }
    // Moving an element to where it is would lose the focus and the selection in it.
    if (!element.isConnected || next(element) !== after) {
      if (element.isConnected) this.remove(element);
      this.list.insertBefore(element, (after && daySeparator(after)) ?? after ?? null);
    }
    this.updateGrouping(element);
    if (after) this.updateGrouping(after);
  }

  /** Removes a message. */
  remove(element: HTMLElement): void {
    const after = next(element);
    daySeparator(element)?.remove();
    element.remove();
    if (after) this.updateGrouping(after);
  }

  /** Updates the parts that depend on the previous message: the day's separator, and whether the byline is shown. */
  updateGrouping(element: HTMLElement): void {
    const before = previous(element);
    const day = element.dataset.day ?? '';
    let separator = daySeparator(element);
    if (before?.dataset.day === day) {
      separator?.remove();
    } else {
      if (!separator) element.before((separator = clone(this.separator)));
      const time = find<HTMLTimeElement>(separator, 'time');
      time.dateTime = day;
      time.textContent = formatDay(day);
    }
    element.classList.toggle('follows', before !== undefined && sharesByline(before, element));
  }
}

function sharesByline(before: HTMLElement, element: HTMLElement): boolean {
  const timeOf = (message: HTMLElement) => Date.parse(find<HTMLTimeElement>(message, '.at').dateTime);
  return (
    before.dataset.visitor === element.dataset.visitor &&
    before.dataset.day === element.dataset.day &&
    find(before, '.author').textContent === find(element, '.author').textContent &&
    timeOf(element) - timeOf(before) < GROUPING_TIME
  );
}

/** Returns the seq of a message; infinity for a draft, which comes after all others. */
export function seqOfElement(element: HTMLElement): number {
  return Number(element.dataset.seq) || Infinity;
}

function daySeparator(element: HTMLElement): HTMLElement | undefined {
  const before = element.previousElementSibling;
  return before instanceof HTMLElement && before.matches('.day') ? before : undefined;
}

function last(list: HTMLElement): HTMLElement | undefined {
  return list.lastElementChild instanceof HTMLElement ? list.lastElementChild : undefined;
}

/** Returns the message before another. */
export function previous(element: HTMLElement): HTMLElement | undefined {
  const before = (daySeparator(element) ?? element).previousElementSibling;
  return before instanceof HTMLElement ? before : undefined;
}

/** Returns the message after another. */
export function next(element: HTMLElement): HTMLElement | undefined {
  const after = element.nextElementSibling;
  const message = after?.matches('.day') ? after.nextElementSibling : after;
  return message instanceof HTMLElement ? message : undefined;
}
