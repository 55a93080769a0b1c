import { clone, find } from '../browser/dom.js';
import { onMidnight, formatDay } from './days.js';

/** How long the same person's messages stand together under one name, in milliseconds. */
const GROUPING_TIME = 5 * 60_000;

/** Where messages stand in their list: in the room's order, those on their way last, with a line before each day. */
export class MessageOrder {
  private readonly day = find<HTMLTemplateElement>(document, '#day-template');

  constructor(private readonly list: HTMLElement) {
    onMidnight(() => {
      for (const time of list.querySelectorAll<HTMLTimeElement>('.day time'))
        time.textContent = formatDay(time.dateTime);
    });
  }

  /** Puts a message where it belongs, whether or not it is in the list already. */
  insert(element: HTMLElement): void {
    const seq = seqOfElement(element);
    let before: HTMLElement | undefined;
    for (let other = last(this.list); other; other = previous(other)) {
      if (other === element) continue;
      if (seqOfElement(other) <= seq) break;
      before = other;
    }
    // Moving an element that is in its place already would lose the focus and the selection in it.
    if (!element.isConnected || next(element) !== before) {
      if (element.isConnected) this.remove(element);
      this.list.insertBefore(element, (before && daySeparator(before)) ?? before ?? null);
    }
    this.updateGrouping(element);
    if (before) this.updateGrouping(before);
  }

  /** Takes a message out. */
  remove(element: HTMLElement): void {
    const after = next(element);
    daySeparator(element)?.remove();
    element.remove();
    if (after) this.updateGrouping(after);
  }

  /** Sets what depends on the message before: the day's line, and whether the name is said again. */
  updateGrouping(element: HTMLElement): void {
    const before = previous(element);
    const day = element.dataset.day ?? '';
    let line = daySeparator(element);
    if (before?.dataset.day === day) {
      line?.remove();
    } else {
      if (!line) element.before((line = clone(this.day)));
      const time = find<HTMLTimeElement>(line, 'time');
      time.dateTime = day;
      time.textContent = formatDay(day);
    }
    element.classList.toggle('follows', before !== undefined && followsOn(before, element));
  }
}

function followsOn(before: HTMLElement, element: HTMLElement): boolean {
  const said = (e: HTMLElement) => Date.parse(find<HTMLTimeElement>(e, '.at').dateTime);
  return (
    before.dataset.visitor === element.dataset.visitor &&
    before.dataset.day === element.dataset.day &&
    find(before, '.author').textContent === find(element, '.author').textContent &&
    said(element) - said(before) < GROUPING_TIME
  );
}

/** The place of a message in its room; one on its way comes after all others. */
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

/** The message before another. */
export function previous(element: HTMLElement): HTMLElement | undefined {
  const before = (daySeparator(element) ?? element).previousElementSibling;
  return before instanceof HTMLElement ? before : undefined;
}

/** The message after another. */
export function next(element: HTMLElement): HTMLElement | undefined {
  const after = element.nextElementSibling;
  const message = after?.matches('.day') ? after.nextElementSibling : after;
  return message instanceof HTMLElement ? message : undefined;
}
