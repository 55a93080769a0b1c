/**
 * What crosses the wire, on every transport: types only, shared with the browser by `import type`.
 * PROTOCOL.md describes the same in prose.
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

/** The cursor that was asked for is not of this history: read again from `earliest`, or go on from `cursor`. */
export interface Reset {
  type: 'reset';
  room: string;
  /** Reading after it starts with the first entry that is kept. */
  earliest: Cursor;
  /** The room's head; a stream goes on from here by itself. */
  cursor: Cursor;
}

/**
 * The first thing that a stream tells: where its reading begins. A reader that is cut off before its first message
 * comes back to this place.
 */
export interface Start {
  type: 'start';
  room: string;
  cursor: Cursor;
}

/** One answer of `GET /messages`. */
export interface MessagePage {
  messages: Entry[];
  /** The place from which to read on: nothing is missed after it. */
  cursor: Cursor;
  earliest: Cursor;
}

/** Somebody who is in a room. */
export interface Person {
  visitor: string;
  username: string;
}

/** Who is in the room now; `people` is cut at a bound, `count` is not. */
export interface Presence {
  type: 'presence';
  room: string;
  count: number;
  people: Person[];
}

/** Somebody is writing. */
export interface Typing extends Person {
  type: 'typing';
  room: string;
}

/** Somebody goes by another name from now on. */
export interface ChangeUsername extends Person {
  type: 'change_username';
}

/** What may be said in a room, and how often. */
export interface RoomRules {
  /** Only moderators and owners write. */
  locked: boolean;
  /** The least time between two messages of one person, in s; 0 for none. */
  slow: number;
}

/** A room has other rules from now on. */
export interface ChangeRoom extends RoomRules {
  type: 'change_room';
  room: string;
}

/** What somebody may do: each role may do what those before it may. */
export type Role = 'guest' | 'member' | 'moderator' | 'owner';

/** What the audit log records of each action beside who did it, when and to what; `minutes` is missing if permanent. */
export interface AuditDetails {
  delete_message: { room: string; username: string };
  mute: { minutes?: number | undefined };
  unmute: Record<string, never>;
  ban: { minutes?: number | undefined; addresses: readonly string[] };
  unban: Record<string, never>;
  set_role: { role: Role };
  set_room: RoomRules;
  invite: { role: Role; uses: number };
  revoke_invitation: Record<string, never>;
  redeem_invitation: { role: Role };
}

/** What can be done that the audit log records. */
export type AuditAction = keyof AuditDetails;

/** Something that was done: `target` is the visitor, room, message or invitation that it was done to. */
export type AuditedAction = {
  [Action in AuditAction]: { action: Action; target: string; details: AuditDetails[Action] };
}[AuditAction];

/** A line of the address book. */
export interface Contact {
  id: string;
  name: string;
  /** E.164, with `;ext=` (RFC 3966) where it has an extension. */
  phone: string;
}

/** The address book has one more line. */
export interface NewContact {
  type: 'new_contact';
  contact: Contact;
}

/** The address book has lost a line. */
export interface RemoveContact {
  type: 'remove_contact';
  id: string;
}

/** Told as it happens to whoever is connected: never in the log, never with a cursor. */
export type Ephemeral = Presence | Typing | ChangeUsername | ChangeRoom | NewContact | RemoveContact;

/**
 * What went wrong, for programs: stable, while sentences may change. There is one for each thing that a client can act
 * on in its own way; PROTOCOL.md says what each means.
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
  | 'room_locked'
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
  /** When to try again, in s, where it was too often: `Retry-After`, for those who see no headers. */
  retryAfter?: number;
}

/** How a Socket.IO server acknowledges a write: with what it made of it, or the error. */
export type Acknowledge<T> = (answer: T | ErrorBody) => void;

/** Where a reader begins: after a cursor, or with the newest `last`; with neither, at the head. */
export interface Reading {
  room?: string;
  after?: Cursor | 'earliest';
  last?: number;
}

/** Appending an entry, by the name of its kind. */
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
  delete_message: (which: { id: string; room?: string }, ack?: Acknowledge<object>) => void;
  join: (reading: Reading, ack?: Acknowledge<{ room: string; cursor: Cursor }>) => void;
}

/** Entries, by the name of their kind. */
type EntryEvents = { [Type in EntryType]: (entry: EntryOf<Type>) => void };

/** Socket.IO, server to browser. */
export interface ServerEvents extends EntryEvents {
  start: (start: Start) => void;
  reset: (reset: Reset) => void;
  presence: (presence: Presence) => void;
  typing: (typing: Typing) => void;
  change_username: (change: ChangeUsername) => void;
  change_room: (change: ChangeRoom) => void;
  new_contact: (added: NewContact) => void;
  remove_contact: (removed: RemoveContact) => void;
}
