import type { NewAuditEntry } from '../../access/audit-entry';
import type { ExpectedRoles } from '../../access/role';
import { isPrivate } from '../../access/room-access';
import type { MembershipLimits } from '../../chat/member-store';
import { publicRoom, type NewDetails, type RoomStore } from '../../chat/room-store';
import type { RoomDetails } from '../../wire';
import type { Guard, SqlDatabase, Statement } from './database';
import { changeOfMembers, hasRoom, insertMember, mayBeAdded } from './members';
import { expectRoles, insertAuditEntry } from './statements';

const DETAILS = 'room_details.room, kind, title, topic, archived, creator';

/** The ranges of names among which there is no private one: before `p-`, and after all that begin with it. */
const PUBLIC_RANGES = [
  ['', 'p-'],
  ['p.', '{'],
] as const;

type DetailsRow = Omit<RoomDetails, 'archived'> & { archived: number };

/** The details of rooms. */
export class SqlRooms implements RoomStore {
  constructor(private readonly db: SqlDatabase) {}

  async detailsOf(room: string): Promise<RoomDetails | undefined> {
    const [details] = await this.read('WHERE room = ?', room);
    return details;
  }

  detailsOfRoomsOf(visitor: string): Promise<RoomDetails[]> {
    return this.read('JOIN members ON members.room = room_details.room WHERE visitor = ?', visitor);
  }

  createRoom(
    room: NewDetails,
    maxPublic: number,
    limits: MembershipLimits,
  ): Promise<'done' | 'room_taken' | 'too_many_public_rooms' | 'too_many_rooms'> {
    const isFree = `SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM room_details WHERE room = ?)
      AND NOT EXISTS (SELECT 1 FROM rooms WHERE name = ? AND head > 0)`;
    return this.db.runGuarded(
      [
        ['room_taken', [isFree, room.room, room.room]],
        ...(room.kind === 'public' ? [fewPublicRooms(maxPublic)] : []),
        ['too_many_rooms', hasRoom(room.room, room.creator, limits.rooms)],
      ],
      [insertDetails(room), insertMember(room.room, room.creator, room.creator, room.at)],
      changeOfMembers(room.creator),
    );
  }

  openDirect(
    room: string,
    people: readonly string[],
    opener: string,
    at: number,
    limits: MembershipLimits,
  ): Promise<'done' | 'too_many_rooms' | 'person_has_too_many_rooms'> {
    const others = people.filter((person) => person !== opener);
    const details = { room, kind: 'direct', title: '', topic: '', archived: false, creator: '', at } as const;
    return this.db.runGuarded<'too_many_rooms' | 'person_has_too_many_rooms'>(
      [
        ['too_many_rooms', hasRoom(room, opener, limits.rooms)],
        ...others.flatMap((person) => mayBeAdded(room, person, limits)),
      ],
      [insertDetails(details), ...people.map((person) => insertMember(room, person, opener, at))],
      changeOfMembers(...people),
    );
  }

  replaceDetails(
    before: RoomDetails | undefined,
    after: NewDetails,
    maxPublic: number,
    roles: ExpectedRoles,
    audit?: NewAuditEntry,
  ): Promise<'done' | 'roles_changed' | 'details_changed' | 'too_many_public_rooms'> {
    const { room, title, topic, archived } = after;
    return this.db.runGuarded(
      [
        expectRoles(roles),
        ['details_changed', before ? unchanged(before) : noDetails(room)],
        ...(before ? [] : [fewPublicRooms(maxPublic)]),
      ],
      [
        before
          ? [
              'UPDATE room_details SET title = ?, topic = ?, archived = ?, folded = ? WHERE room = ?',
              title,
              topic,
              Number(archived),
              fold(`${room} ${title} ${topic}`),
              room,
            ]
          : insertDetails(after),
        ...(audit ? [insertAuditEntry(audit)] : []),
      ],
    );
  }

  async findPublic(text: string, after: string, limit: number): Promise<RoomDetails[]> {
    const folded = fold(text);
    const pattern = `%${folded.replace(/[%_!]/g, '!$&')}%`;
    const described = await this.read(
      `WHERE kind = 'public' AND archived = 0 AND room > ? AND folded LIKE ? ESCAPE '!' ORDER BY room LIMIT ?`,
      after,
      pattern,
      limit,
    );
    const undescribed = await this.findUndescribed(folded, after, limit);
    return [...described, ...undescribed.map(publicRoom)]
      .filter(({ room }) => !isPrivate(room))
      .sort((a, b) => (a.room < b.room ? -1 : 1))
      .slice(0, limit);
  }

  /** Returns the names of rooms with entries alone, in order. Private rooms are not passed over: there may be many. */
  private async findUndescribed(prefix: string, after: string, limit: number): Promise<string[]> {
    const names: string[] = [];
    for (const [from, to] of PUBLIC_RANGES) {
      const found = await this.db.read<{ name: string }>(
        `SELECT name FROM rooms WHERE name > ? AND name >= ? AND name >= ? AND name < ? AND name < ? AND head > 0
           AND NOT EXISTS (SELECT 1 FROM room_details WHERE room = rooms.name) ORDER BY name LIMIT ?`,
        after,
        from,
        prefix,
        to,
        `${prefix}{`,
        limit - names.length,
      );
      names.push(...found.map(({ name }) => name));
    }
    return names;
  }

  private async read(condition: string, ...values: (string | number)[]): Promise<RoomDetails[]> {
    const sql = `SELECT ${DETAILS} FROM room_details ${condition}`;
    const rows = await this.db.read<DetailsRow>(sql, ...values);
    return rows.map((row) => ({ ...row, archived: Boolean(row.archived) }));
  }
}

/** Returns a text as it is searched: the comparisons of databases differ, and know no other scripts. */
function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

function fewPublicRooms(max: number): Guard<'too_many_public_rooms'> {
  const publicRooms = "SELECT count(*) FROM room_details WHERE kind = 'public'";
  return ['too_many_public_rooms', [`SELECT 1 WHERE (${publicRooms}) < ?`, max]];
}

function unchanged({ room, title, topic, archived, creator }: RoomDetails): Statement {
  return [
    'SELECT 1 FROM room_details WHERE room = ? AND title = ? AND topic = ? AND archived = ? AND creator = ?',
    room,
    title,
    topic,
    Number(archived),
    creator,
  ];
}

function noDetails(room: string): Statement {
  return ['SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM room_details WHERE room = ?)', room];
}

/** Inserts the details of a room, unless it has some. */
function insertDetails({ room, kind, title, topic, archived, creator, at }: NewDetails): Statement {
  return [
    `INSERT INTO room_details (room, kind, title, topic, folded, archived, creator, at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (room) DO NOTHING`,
    room,
    kind,
    title,
    topic,
    fold(`${room} ${title} ${topic}`),
    Number(archived),
    creator,
    at,
  ];
}
