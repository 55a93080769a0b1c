import type { Cursor, Person, RoomRules } from '../../server/wire.js';
import { find } from '../browser/dom.js';

/** The room as views/chat.ejs has rendered it. */
export interface RoomData {
  room: string;
  /** The cursor after the newest entry on the page. */
  cursor: Cursor;
  /** The cursor of the oldest entry on the page; `undefined` in an empty room. */
  oldest: Cursor | undefined;
  /** The cursor before the room's first entry. */
  earliest: Cursor;
  me: Person;
  rules: RoomRules;
  /** Whether this visitor is a moderator or an owner. */
  moderates: boolean;
  muted: boolean;
}

/** Reads the data attributes of the page's main element. */
export function readRoomData(): RoomData {
  const data = find(document, 'main').dataset;
  return {
    room: data.room!,
    cursor: data.cursor!,
    oldest: data.oldest || undefined,
    earliest: data.earliest!,
    me: { visitor: data.visitor!, username: data.username! },
    rules: { locked: data.locked === 'true', slow: Number(data.slow) },
    moderates: data.moderates === 'true',
    muted: data.muted === 'true',
  };
}
