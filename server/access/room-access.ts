import { randomBytes } from 'node:crypto';
import type { Visitor } from '../identity/visitor';
import { Refusal } from '../refusal';

declare const authorized: unique symbol;

/** The name of a room that a visitor may use. Only {@link RoomAccess} makes one. */
export type AuthorizedRoom = string & { readonly [authorized]: true };

/** Stores who is a member of which room. */
export interface MemberStore {
  isMember(room: string, visitor: string): Promise<boolean>;
  /** Returns the names of a visitor's rooms, private and public. */
  roomsOf(visitor: string): Promise<string[]>;
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
/** 130 random bits, so that nobody can guess a name. */
const CHARACTERS = 26;
const PRIVATE_ROOM = new RegExp(`^p-[a-z2-7]{${CHARACTERS}}$`);

/** Whether a name is that of a private room or a direct message. Names tell, so public rooms need no lookup. */
export function isPrivate(name: string): boolean {
  return PRIVATE_ROOM.test(name);
}

/** Returns the name of a private room. @param bytes 26 or more; by default, random ones. */
export function privateName(bytes: Uint8Array = randomBytes(CHARACTERS)): string {
  const characters = Array.from(bytes.subarray(0, CHARACTERS), (byte) => ALPHABET[byte % ALPHABET.length]);
  return `p-${characters.join('')}`;
}

/**
 * Returns the refusal of a private room: one and the same for a room that does not exist and for one that the visitor is
 * not a member of, so that guessing reveals nothing.
 */
export function noSuchRoom(): Refusal {
  return new Refusal('not_found', 'roomMissing');
}

/**
 * Decides who may use which room: all who have access to the chat may use public rooms, and only members a private one,
 * whatever their role. Every transport and route obtains the rooms that it uses here.
 */
export class RoomAccess {
  constructor(private readonly members: MemberStore) {}

  /**
   * Authorizes a visitor to use a room.
   * @returns at once, if the room is public.
   * @throws {Refusal} `not_found` from the promise, if the room is private and the visitor is not a member of it.
   */
  authorize(visitor: Visitor, room: string): AuthorizedRoom | Promise<AuthorizedRoom> {
    return isPrivate(room) ? this.authorizeMember(visitor, room) : (room as AuthorizedRoom);
  }

  /** Returns the rooms that a visitor is a member of. */
  async roomsOf({ id }: Visitor): Promise<AuthorizedRoom[]> {
    return (await this.members.roomsOf(id)) as AuthorizedRoom[];
  }

  private async authorizeMember({ id }: Visitor, room: string): Promise<AuthorizedRoom> {
    if (await this.members.isMember(room, id)) return room as AuthorizedRoom;
    throw noSuchRoom();
  }
}

/** The methods of a part of the server that take a room, for callers that must authorize it first. */
export type OfAuthorizedRooms<Part, Methods extends keyof Part> = {
  [Method in Methods]: Part[Method] extends (room: string, ...rest: infer Rest) => infer Result
    ? (room: AuthorizedRoom, ...rest: Rest) => Result
    : never;
};
