/**
 * The types of everything that crosses the wire, on every transport, shared with the browser by `import type`.
 * PROTOCOL.md describes them in prose.
 */

import type {
  BodyOf,
  Cursor,
  DeletedMessage,
  DeleteMessage,
  Entry,
  EntryHead,
  EntryOf,
  EntryType,
  NewMessage,
  SendableType,
} from './entry-kinds';

export type { Cursor, DeletedMessage, DeleteMessage, Entry, EntryHead, EntryOf, EntryType, NewMessage };

/** The requested cursor belongs to another history: read again from `earliest`, or continue from `cursor`. */
export interface Reset {
  type: 'reset';
  room: string;
  /** Reading after it begins with the oldest entry of the room. */
  earliest: Cursor;
  /** The room's head; a stream continues from here by itself. */
  cursor: Cursor;
}

/**
 * The first event of a stream: the cursor at which reading begins. A reader that is disconnected before its first message
 * resumes from here.
 */
export interface Start {
  type: 'start';
  room: string;
  cursor: Cursor;
}

/** The body of an answer to `GET /messages`. */
export interface MessagePage {
  messages: Entry[];
  /** Where to continue reading without missing anything. */
  cursor: Cursor;
  earliest: Cursor;
}

/** A person in a room. */
export interface Person {
  visitor: string;
  username: string;
}

/** The people in a room; `people` is truncated, `count` is not. */
export interface Presence {
  type: 'presence';
  room: string;
  count: number;
  people: Person[];
}

/** A person is typing. */
export interface Typing extends Person {
  type: 'typing';
  room: string;
}

/** A person has changed their name. */
export interface ChangeUsername extends Person {
  type: 'change_username';
}

/** The rules for writing in a room. */
export interface RoomRules {
  /** Only moderators and owners write. */
  locked: boolean;
  /** The minimum time between two messages of one person, in s; 0 for none. */
  slow: number;
}

/** The rules of a room have changed. */
export interface ChangeRoom extends RoomRules {
  type: 'change_room';
  room: string;
}

/** Whether everybody may use a room, only its members, or only the people of a direct message. */
export type RoomKind = 'public' | 'private' | 'direct';

/** What is known of a room beside its log and its rules. */
export interface RoomDetails {
  room: string;
  kind: RoomKind;
  /** Empty for a direct message, and for a public room that nobody has given one: show its people or its name. */
  title: string;
  topic: string;
  archived: boolean;
  /** The visitor that may change the room; empty for a direct message, and for a public room that nobody has created. */
  creator: string;
}

/** A room as a list shows it. */
export interface RoomSummary extends RoomDetails {
  /** Whether it is in the list of the visitor who asks. */
  member: boolean;
  /** The seq of the last message that the visitor has read; null unless it is a member. */
  read: number | null;
  /** How many messages by others follow it, among the newest 100. */
  unread: number;
  /** The people of a direct message; missing for other rooms. */
  members?: Person[];
  /** The room's head. */
  cursor: Cursor;
  /** When its last entry was accepted, in ISO 8601, UTC; null in an empty room. */
  at: string | null;
  /** The number of people who are present. */
  people: number;
  /** The newest message, as it stands now; null if there is none. */
  last: MessagePreview | null;
}

/** A message as a list of rooms shows it. */
export interface MessagePreview extends Person {
  /** The beginning of its text. */
  text: string;
  at: string;
}

/** The role of a visitor. Each includes the rights of those before it. */
export type Role = 'guest' | 'member' | 'moderator' | 'owner';

/** An entry of the address book. */
export interface Contact {
  id: string;
  name: string;
  /** E.164, with `;ext=` (RFC 3966) where it has an extension. */
  phone: string;
}

/** A contact was added. */
export interface NewContact {
  type: 'new_contact';
  contact: Contact;
}

/** A contact was removed. */
export interface RemoveContact {
  type: 'remove_contact';
  id: string;
}

/** There is something new in a room that the visitor is a member of. */
export interface News {
  type: 'news';
  room: string;
  /** The room's head. */
  cursor: Cursor;
}

/** The visitor has become a member of a room, or is none any more. */
export interface ChangeRooms {
  type: 'change_rooms';
}

/** An event that is sent only to connected clients: it is in no log and has no cursor. */
export type Ephemeral =
  Presence | Typing | ChangeUsername | ChangeRoom | ChangeRooms | NewContact | News | RemoveContact;

/**
 * Identifies an error for programs. Codes are stable, while sentences may change; errors that a client can handle
 * differently have different codes. PROTOCOL.md explains them.
 */
export type ErrorCode =
  | 'address_too_long'
  | 'bad_request'
  | 'banned'
  | 'conflict'
  | 'cursor_gone'
  | 'expectation_failed'
  | 'forbidden'
  | 'headers_too_large'
  | 'id_taken'
  | 'internal'
  | 'limit_reached'
  | 'muted'
  | 'name_taken'
  | 'not_acceptable'
  | 'not_found'
  | 'not_implemented'
  | 'origin_not_allowed'
  | 'precondition_failed'
  | 'range_not_satisfiable'
  | 'rate_limited'
  | 'request_timeout'
  | 'room_archived'
  | 'room_locked'
  | 'room_taken'
  | 'sign_in_failed'
  | 'sign_in_required'
  | 'slow_mode'
  | 'too_large'
  | 'too_many_connections'
  | 'unavailable'
  | 'unsupported_type'
  | 'wrong_password';

/** An error, on every transport. */
export interface ErrorBody {
  /** A sentence for a person. */
  error: string;
  code: ErrorCode;
  /** An HTTP status. */
  status: number;
  /** When to try again after a rate limit, in s: `Retry-After`, for clients without headers. */
  retryAfter?: number;
}

/** Acknowledges a request over Socket.IO with its result, or with an error. */
export type Acknowledge<T> = (answer: T | ErrorBody) => void;

/** Where reading begins: after a cursor, or with the newest `last` messages; by default at the head. */
export interface Reading {
  room?: string;
  after?: Cursor | 'earliest';
  last?: number;
}

/** The events that append entries, named after their kinds. */
type SendEvents = {
  [Type in SendableType]: (
    draft: BodyOf<Type> & { id?: string; room?: string },
    ack?: Acknowledge<Entry>,
  ) => void;
};

/** Socket.IO, browser to server. */
export interface ClientEvents extends SendEvents {
  change_username: (change: { username: string }, ack?: Acknowledge<ChangeUsername>) => void;
  typing: (typing?: object, ack?: Acknowledge<object>) => void;
  delete_message: (target: { id: string; room?: string }, ack?: Acknowledge<object>) => void;
  join: (reading: Reading, ack?: Acknowledge<{ room: string; cursor: Cursor }>) => void;
}

/** The events of entries, named after their kinds. */
type EntryEvents = { [Type in EntryType]: (entry: EntryOf<Type>) => void };

/** Socket.IO, server to browser. */
export interface ServerEvents extends EntryEvents {
  start: (start: Start) => void;
  reset: (reset: Reset) => void;
  presence: (presence: Presence) => void;
  typing: (typing: Typing) => void;
  change_username: (change: ChangeUsername) => void;
  change_room: (change: ChangeRoom) => void;
  change_rooms: (change: ChangeRooms) => void;
  news: (news: News) => void;
  new_contact: (added: NewContact) => void;
  remove_contact: (removed: RemoveContact) => void;
}
