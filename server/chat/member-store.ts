import type { MemberStore } from '../access/room-access';
import type { Person } from '../wire';

/** A member of a room. */
export interface Member extends Person {
  /** Who added it: the member itself, if it has joined or created the room. */
  inviter: string;
  /** Since when it is one, in ms since 1970. */
  at: number;
}

/** The bounds of memberships. */
export interface MembershipLimits {
  /** The most rooms of a visitor. */
  rooms: number;
  /** How many of them others may have added it to. */
  roomsByOthers: number;
  /** The most members of a private room. */
  members: number;
}

/**
 * Stores the members of rooms: of a private room, those who may use it; of a public one, those who have it in their list.
 * Visitors are named by their ids.
 */
export interface MembershipStore extends MemberStore {
  /** Makes a visitor a member of a public room, if it is none. It has read what is there, as whoever is added has. */
  join(
    room: string,
    visitor: string,
    at: number,
    limits: MembershipLimits,
  ): Promise<'done' | 'too_many_rooms'>;
  /**
   * Makes a visitor a member of a private room, if it is none.
   * @returns `not_member` if the inviter is none.
   */
  addMember(
    room: string,
    visitor: string,
    inviter: string,
    at: number,
    limits: MembershipLimits,
  ): Promise<'done' | 'not_member' | 'too_many_members' | 'person_has_too_many_rooms'>;
  /**
   * Removes a member, by itself or by the creator of the room; if it is none, does nothing. If the creator leaves, the
   * member that has been there the longest becomes the creator.
   * @returns `not_creator` if the actor is neither.
   */
  removeMember(room: string, visitor: string, actor: string): Promise<'done' | 'not_creator'>;
  /** Notes up to which seq a member has read a room. It never goes back; for somebody who is no member, nothing happens. */
  setRead(room: string, visitor: string, seq: number): Promise<void>;
  /** Returns up to which seq a visitor has read each room that it is a member of. */
  readSeqsOf(visitor: string): Promise<Map<string, number>>;
  /** Returns at most `limit` members of a room, ordered by their ids. @param after only larger ids. */
  membersOf(room: string, after: string, limit: number): Promise<Member[]>;
  /** Returns the members of the direct messages of a visitor, each with its room, ordered by name. */
  peopleOfDirectsOf(visitor: string): Promise<(Person & { room: string })[]>;
}
