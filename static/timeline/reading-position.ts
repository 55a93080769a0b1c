import { recall, remember } from '../browser/storage.js';
import type { LogWindow } from './log-window.js';
import { next, seqOfElement, previous } from './message-order.js';
import type { Bookmark, ScrollPosition } from './scroll-position.js';

/** Restores the position in the room that this tab had before a reload, and saves it for the next one. */
export function persistReadingPosition(
  room: string,
  window: LogWindow,
  scrollPosition: ScrollPosition,
): void {
  const key = `parley:${room}:place`;
  // The page may be reloaded again before it is restored.
  let restoring = parse(recall(key));
  if (restoring) void window.restore(restoring).finally(() => (restoring = undefined));
  const save = () => {
    const bookmark = bookmarkOf(scrollPosition, window.atBeginning) ?? restoring;
    remember(key, bookmark ? JSON.stringify(bookmark) : '');
  };
  addEventListener('pagehide', save);
  document.addEventListener('visibilitychange', () => document.hidden && save());
}

/** Returns the current position; `undefined` at the end of the room. */
function bookmarkOf(scrollPosition: ScrollPosition, atBeginning: boolean): Bookmark | undefined {
  const element = scrollPosition.firstVisible;
  if (!element || seqOfElement(element) === Infinity) return undefined;
  const bookmark = (message: HTMLElement, before: string | undefined): Bookmark => ({
    cursor: message.dataset.cursor!,
    previous: before ?? 'earliest',
    ...scrollPosition.spotOf(message),
  });
  const before = previous(element)?.dataset.cursor;
  if (before || atBeginning) return bookmark(element, before);
  // The cursor before the oldest message on the page is unknown, so it marks the next one.
  const after = next(element);
  return after && bookmark(after, element.dataset.cursor);
}

function parse(text: string): Bookmark | undefined {
  return text ? (JSON.parse(text) as Bookmark) : undefined;
}
