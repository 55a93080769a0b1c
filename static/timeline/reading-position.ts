import { recall, remember } from '../browser/storage.js';
import type { LogWindow } from './log-window.js';
import { next, seqOfElement, previous } from './message-order.js';
import type { Bookmark, ScrollPosition } from './scroll-position.js';

/** Comes back to where this tab was reading the room, and keeps that place for the next time. */
export function persistReadingPosition(room: string, view: LogWindow, reader: ScrollPosition): void {
  const key = `parley:${room}:place`;
  // The page may go again before it has come back to its place.
  let restoring = parse(recall(key));
  if (restoring) void view.restore(restoring).finally(() => (restoring = undefined));
  const save = () => {
    const bookmark = bookmarkOf(reader, view.atBeginning) ?? restoring;
    remember(key, bookmark ? JSON.stringify(bookmark) : '');
  };
  addEventListener('pagehide', save);
  document.addEventListener('visibilitychange', () => document.hidden && save());
}

/** Where one reads now; nothing at the end. */
function bookmarkOf(reader: ScrollPosition, atBeginning: boolean): Bookmark | undefined {
  const element = reader.reading;
  if (!element || seqOfElement(element) === Infinity) return undefined;
  const mark = (message: HTMLElement, before: string | undefined): Bookmark => ({
    cursor: message.dataset.cursor!,
    previous: before ?? 'earliest',
    ...reader.spotOf(message),
  });
  const before = previous(element)?.dataset.cursor;
  if (before || atBeginning) return mark(element, before);
  // What comes before the oldest message on the page is not known yet.
  const after = next(element);
  return after && mark(after, element.dataset.cursor);
}

function parse(text: string): Bookmark | undefined {
  return text ? (JSON.parse(text) as Bookmark) : undefined;
}
