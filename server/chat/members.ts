import { isPrivate, noSuchRoom, type AuthorizedRoom } from '../access/room-access';
import type { VisitorLimits } from '../access/visitor-limits';
import type { Visitor } from '../identity/visitor';
import { requireCookie } from '../identity/visitors';
import { Refusal } from '../refusal';
import type { Member, MembershipLimits, MembershipStore } from './member-store';
import type { RoomStore } from './room-store';
import type { WriteAccess } from './write-access';

/** The bounds of memberships. */
export const MEMBERSHIP_LIMITS: MembershipLimits = { rooms: 200, roomsByOthers: 100, members: 500 };

/** Adds members to rooms, and removes them. */
export class Members {
  constructor(
    private readonly store: MembershipStore,
    private readonly rooms: RoomStore,
    private readonly limits: VisitorLimits,
    private readonly writeAccess: WriteAccess,
  ) {}

  /** Returns members of a room, ordered by their ids. @param after only larger ids. */
  list(room: AuthorizedRoom, after: string, limit: number): Promise<Member[]> {
    return this.store.membersOf(room, after, limit);
  }

  /**
   * Adds a visitor to a room: any member of a private room may add others; everybody adds themselves to public ones. If it
   * is a member already, nothing changes.
   * @throws {Refusal} `forbidden`, `bad_request` without a cookie, `muted`, `rate_limited`, `limit_reached`, or
   *   `not_found` if the actor is no member any more.
   */
  async add(actor: Visitor, room: AuthorizedRoom, visitor: string): Promise<void> {
    if (!isPrivate(room)) return this.join(actor, room, visitor);
    // Itself a member, or the room would not be authorized.
    if (visitor === actor.id) return;
    if ((await this.rooms.detailsOf(room))?.kind === 'direct')
      throw new Refusal('forbidden', 'directIsFixed');
    await this.writeAccess.authorize('rooms', actor);
    const outcome = await this.store.addMember(room, visitor, actor.id, Date.now(), MEMBERSHIP_LIMITS);
    if (outcome === 'not_member') throw noSuchRoom();
    if (outcome === 'too_many_members')
      throw new Refusal('limit_reached', ['membersFull', MEMBERSHIP_LIMITS.members]);
    if (outcome === 'person_has_too_many_rooms') throw personHasTooManyRooms();
  }

  /**
   * Removes a member from a room: everybody may leave, and the creator of a private room may remove others. If it is no
   * member, nothing changes. Its connections to a private room are closed.
   * @throws {Refusal} `forbidden` or `rate_limited`
   */
  async remove(actor: Visitor, room: AuthorizedRoom, visitor: string): Promise<void> {
    this.limits.consume('rooms', actor);
    const isAllowed = visitor === actor.id || isPrivate(room);
    const outcome = isAllowed ? await this.store.removeMember(room, visitor, actor.id) : 'not_creator';
    if (outcome === 'not_creator') throw new Refusal('forbidden', 'removalByCreator');
  }

  /**
   * Notes that a member has read a room up to a seq. It never goes back.
   * @throws {Refusal} `forbidden` if it has not joined the public room.
   */
  async setRead({ id }: Visitor, room: AuthorizedRoom, seq: number): Promise<void> {
    const read = (await this.store.readSeqsOf(id)).get(room);
    if (read === undefined) throw new Refusal('forbidden', 'joinFirst');
    if (seq > read) await this.store.setRead(room, id, seq);
  }

  private async join(actor: Visitor, room: AuthorizedRoom, visitor: string): Promise<void> {
    if (visitor !== actor.id) throw new Refusal('forbidden', 'joinThemselves');
    requireCookie(actor);
    this.limits.consume('rooms', actor);
    if ((await this.store.join(room, visitor, Date.now(), MEMBERSHIP_LIMITS)) === 'too_many_rooms')
      throw tooManyRooms();
  }
}

/** Returns the refusal of an actor that is a member of too many rooms. */
export function tooManyRooms(): Refusal {
  return new Refusal('limit_reached', ['roomsFull', MEMBERSHIP_LIMITS.rooms]);
}

/** Returns the refusal to add a visitor that is a member of too many rooms. */
export function personHasTooManyRooms(): Refusal {
  return new Refusal('limit_reached', 'roomsOfOthersFull');
}
