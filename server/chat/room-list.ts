import type { AuthorizedLog } from '../access/authorized-log';
import type { AuthorizedRoom, OfAuthorizedRooms, RoomAccess } from '../access/room-access';
import { kindOf } from '../entry-kinds';
import type { Visitor } from '../identity/visitor';
import { formatCursor } from '../log/cursor';
import type { Entry, MessagePreview, Person, RoomDetails, RoomSummary } from '../wire';
import type { MembershipStore } from './member-store';
import type { Presence } from './presence';
import { publicRoom, type RoomStore } from './room-store';

/** The longest text of a message in a list, in characters (Unicode code points). */
const PREVIEW_MAX = 200;

/** A room, and what is known of it. */
interface Listed extends RoomDetails {
  room: AuthorizedRoom;
}

/** Lists rooms, each with what is newest in it. */
export class RoomList {
  constructor(
    private readonly access: RoomAccess,
    private readonly rooms: RoomStore,
    private readonly members: MembershipStore,
    private readonly log: AuthorizedLog,
    private readonly presence: OfAuthorizedRooms<Presence, 'people'>,
  ) {}

  /** Returns the rooms that a visitor is a member of, ordered by name. */
  async of(visitor: Visitor): Promise<RoomSummary[]> {
    const rooms = await this.access.roomsOf(visitor);
    const details = new Map((await this.rooms.detailsOfRoomsOf(visitor.id)).map((one) => [one.room, one]));
    const listed = rooms.map((room) => ({ ...(details.get(room) ?? publicRoom(room)), room }));
    const read = await this.members.readSeqsOf(visitor.id);
    return this.summarize(visitor, listed, read, await this.peopleOfDirects(visitor));
  }

  /**
   * Finds public rooms by a text in their name, title or topic; see {@link RoomStore.findPublic}.
   * @param after only rooms with larger names.
   */
  async find(visitor: Visitor, text: string, after: string, limit: number): Promise<RoomSummary[]> {
    const found = await this.rooms.findPublic(text, after, limit);
    const listed = found.map(async (details) => {
      return { ...details, room: await this.access.authorize(visitor, details.room) };
    });
    return this.summarize(visitor, await Promise.all(listed), await this.members.readSeqsOf(visitor.id));
  }

  /** Returns one room. */
  async one(visitor: Visitor, room: AuthorizedRoom): Promise<RoomSummary> {
    const details = (await this.rooms.detailsOf(room)) ?? publicRoom(room);
    const people = details.kind === 'direct' ? await this.peopleOfDirects(visitor) : undefined;
    const read = await this.members.readSeqsOf(visitor.id);
    const [summary] = await this.summarize(visitor, [{ ...details, room }], read, people);
    return summary!;
  }

  private async peopleOfDirects({ id }: Visitor): Promise<Map<string, Person[]>> {
    const people = new Map<string, Person[]>();
    for (const { room, visitor, username } of await this.members.peopleOfDirectsOf(id)) {
      const others = people.get(room) ?? [];
      people.set(room, [...others, { visitor, username }]);
    }
    return people;
  }

  /**
   * @param read up to which seq the visitor has read each of its rooms.
   * @param directs the people of direct messages, by room.
   */
  private async summarize(
    { id }: Visitor,
    listed: readonly Listed[],
    read: ReadonlyMap<string, number>,
    directs: ReadonlyMap<string, Person[]> = new Map(),
  ): Promise<RoomSummary[]> {
    // Nothing is unread in a room that is not in the visitor's list.
    const positions = new Map(listed.map(({ room }) => [room, read.get(room) ?? Infinity]));
    const overviews = await this.log.overview(positions, id);
    return listed.map(({ room, kind, title, topic, archived, creator }) => {
      const { head, at, newest, unread } = overviews.get(room)!;
      return {
        room,
        kind,
        title,
        topic,
        archived,
        creator,
        member: read.has(room),
        read: read.get(room) ?? null,
        unread,
        ...(kind === 'direct' && { members: directs.get(room) ?? [] }),
        cursor: formatCursor(head.epoch, head.seq, head.hash),
        at: at === 0 ? null : new Date(at).toISOString(),
        people: this.presence.people(room).length,
        last: newest ? previewOf(newest) : null,
      };
    });
  }
}

function previewOf(entry: Entry): MessagePreview {
  const line = kindOf(entry.type)?.line(entry) ?? { notice: '' };
  const text = [...('text' in line ? line.text : line.notice)].slice(0, PREVIEW_MAX).join('');
  const { visitor, username, at } = entry;
  return { visitor, username, text, at };
}
