import type { NewAuditEntry } from '../access/audit-entry';
import type { ExpectedRoles } from '../access/role';
import type { RoomDetails } from '../wire';
import type { MembershipLimits } from './member-store';

/** Returns the details of a public room that nobody has given any. */
export function publicRoom(room: string): RoomDetails {
  return { room, kind: 'public', title: '', topic: '', archived: false, creator: '' };
}

/** The details of a room that may have had none. */
export interface NewDetails extends RoomDetails {
  /** When they were given, in ms since 1970. */
  at: number;
}

/** Stores the details of rooms. Visitors are named by their ids. */
export interface RoomStore {
  /** Returns the details of a room, if it has any. */
  detailsOf(room: string): Promise<RoomDetails | undefined>;
  /** Returns the details of the rooms that a visitor is a member of, as far as they have any. */
  detailsOfRoomsOf(visitor: string): Promise<RoomDetails[]>;
  /**
   * Creates a room, with its creator as the first member.
   * @param maxPublic the most public rooms with details: all of them are searched.
   * @returns `room_taken` if a room of this name has details or entries.
   */
  createRoom(
    room: NewDetails,
    maxPublic: number,
    limits: MembershipLimits,
  ): Promise<'done' | 'room_taken' | 'too_many_public_rooms' | 'too_many_rooms'>;
  /**
   * Opens a direct message: creates it if it is missing, and makes all people members that are not.
   * @param opener one of the people.
   * @returns `too_many_rooms` if the opener is a member of too many, and `person_has_too_many_rooms` if another one is.
   */
  openDirect(
    room: string,
    people: readonly string[],
    opener: string,
    at: number,
    limits: MembershipLimits,
  ): Promise<'done' | 'too_many_rooms' | 'person_has_too_many_rooms'>;
  /**
   * Replaces the details of a room.
   * @param before undefined if it has none.
   * @param audit committed together with the change, if it is given.
   * @returns `details_changed` if `before` is no longer current.
   */
  replaceDetails(
    before: RoomDetails | undefined,
    after: NewDetails,
    maxPublic: number,
    roles: ExpectedRoles,
    audit?: NewAuditEntry,
  ): Promise<'done' | 'roles_changed' | 'details_changed' | 'too_many_public_rooms'>;
  /**
   * Returns at most `limit` public rooms that are not archived, ordered by name: those with details whose name, title or
   * topic contains a text, and those with entries alone whose name starts with it. The latter are left out if their names
   * start like those of private rooms.
   * @param after only larger names.
   */
  findPublic(text: string, after: string, limit: number): Promise<RoomDetails[]>;
}
