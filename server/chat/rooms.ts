import { createHmac } from 'node:crypto';
import { auditEntry } from '../access/audit-entry';
import type { ExpectedRoles } from '../access/role';
import {
  isPrivate,
  noSuchRoom,
  privateName,
  type AuthorizedRoom,
  type RoomAccess,
} from '../access/room-access';
import type { Visitor } from '../identity/visitor';
import { requireCookie, type Visitors } from '../identity/visitors';
import { Refusal } from '../refusal';
import type { RoomDetails } from '../wire';
import { MEMBERSHIP_LIMITS, personHasTooManyRooms, tooManyRooms } from './members';
import { privilegeOf } from './privileges';
import { namesOf } from './room-name';
import { publicRoom, type NewDetails, type RoomStore } from './room-store';
import type { WriteAccess } from './write-access';

/** The most public rooms with a title: all of them are searched. */
const PUBLIC_ROOMS_MAX = 5_000;
/** The most people of a direct message. */
const DIRECT_MAX = 10;

/** A valid room to create. */
export interface RoomDraft {
  /** The name of a public room; by default, it is made from the title. */
  room?: string | undefined;
  title: string;
  topic: string;
  private: boolean;
}

/** Creates rooms, and changes what is known of them. */
export class Rooms {
  /** @param key the server's secret, from which the names of direct messages are derived. */
  constructor(
    private readonly store: RoomStore,
    private readonly access: RoomAccess,
    private readonly visitors: Visitors,
    private readonly writeAccess: WriteAccess,
    private readonly key: string,
  ) {}

  /**
   * Creates a room, with the actor as its creator and first member.
   * @throws {Refusal} `bad_request` without a cookie, `muted`, `rate_limited`, `room_taken` or `limit_reached`
   */
  async create(
    actor: Visitor,
    { room: name, title, topic, private: isHidden }: RoomDraft,
  ): Promise<AuthorizedRoom> {
    await this.authorizeCreation(actor);
    const details = { title, topic, archived: false, creator: actor.id, at: Date.now() };
    for (const room of isHidden ? [privateName()] : namesOf(name, title)) {
      const draft: NewDetails = { ...details, room, kind: isHidden ? 'private' : 'public' };
      const outcome = await this.store.createRoom(draft, PUBLIC_ROOMS_MAX, MEMBERSHIP_LIMITS);
      if (outcome === 'done') return this.access.authorize(actor, room);
      if (outcome === 'too_many_rooms') throw tooManyRooms();
      if (outcome === 'too_many_public_rooms') throw tooManyPublicRooms();
    }
    throw new Refusal('room_taken', 'roomTaken');
  }

  /**
   * Opens a direct message with other visitors. For the same people it is always the same one, whoever opens it.
   * @param others their ids.
   * @throws {Refusal} `bad_request`, `muted`, `rate_limited` or `limit_reached`
   */
  async openDirect(actor: Visitor, others: readonly string[]): Promise<AuthorizedRoom> {
    const people = [...new Set([actor.id, ...others])].sort();
    if (people.length < 2) throw new Refusal('bad_request', 'directAlone');
    if (people.length > DIRECT_MAX) throw new Refusal('limit_reached', ['directFull', DIRECT_MAX]);
    await this.authorizeCreation(actor);
    // A hash of the people alone could be computed by anybody who knows their ids, which are public.
    const hash = createHmac('sha256', this.key)
      .update(['direct message', ...people].join('\n'))
      .digest();
    const room = privateName(hash);
    const outcome = await this.store.openDirect(room, people, actor.id, Date.now(), MEMBERSHIP_LIMITS);
    if (outcome === 'too_many_rooms') throw tooManyRooms();
    if (outcome === 'person_has_too_many_rooms') throw personHasTooManyRooms();
    return this.access.authorize(actor, room);
  }

  /**
   * Changes the title or topic of a room, archives it, or takes it back into use. Its creator may; in a public room,
   * moderators may as well.
   * @throws {Refusal} `forbidden`, `muted`, `rate_limited` or `limit_reached`
   */
  async edit(
    actor: Visitor,
    room: AuthorizedRoom,
    change: Partial<Pick<RoomDetails, 'title' | 'topic' | 'archived'>>,
  ): Promise<void> {
    await this.privilegeToEdit(actor, room, await this.store.detailsOf(room));
    await this.writeAccess.authorize('rooms', actor);
    for (;;) {
      const before = await this.store.detailsOf(room);
      const roles = await this.privilegeToEdit(actor, room, before);
      const after: NewDetails = { ...(before ?? publicRoom(room)), ...change, at: Date.now() };
      const { title, topic, archived } = after;
      const audit =
        roles.length > 0 ? auditEntry(actor.id, 'edit_room', room, { title, topic, archived }) : undefined;
      const outcome = await this.store.replaceDetails(before, after, PUBLIC_ROOMS_MAX, roles, audit);
      if (outcome === 'done') return;
      if (outcome === 'too_many_public_rooms') throw tooManyPublicRooms();
    }
  }

  /** Returns the roles that permit a change: none for the creator. @throws {Refusal} `forbidden` */
  private async privilegeToEdit(
    actor: Visitor,
    room: AuthorizedRoom,
    details: RoomDetails | undefined,
  ): Promise<ExpectedRoles> {
    if (details?.kind === 'direct') throw new Refusal('forbidden', 'directHasNoDetails');
    if (details?.creator === actor.id) return [];
    if (!isPrivate(room)) return privilegeOf(this.visitors, actor, 'moderator');
    if (!details) throw noSuchRoom();
    throw new Refusal('forbidden', 'creatorRequired');
  }

  private async authorizeCreation(actor: Visitor): Promise<void> {
    requireCookie(actor);
    await this.writeAccess.authorize('rooms', actor);
  }
}

function tooManyPublicRooms(): Refusal {
  return new Refusal('limit_reached', ['publicRoomsFull', PUBLIC_ROOMS_MAX]);
}
