import type { ChangeMembers } from '../../access/control-channel';
import type { Member, MembershipLimits, MembershipStore } from '../../chat/member-store';
import { ANONYMOUS } from '../../identity/appearance';
import type { Person } from '../../wire';
import type { Guard, SqlDatabase, Statement } from './database';
import { accessOf } from './statements';

const NAME = `coalesce(visitors.username, '${ANONYMOUS}') AS username`;
const IS_MEMBER = 'SELECT 1 FROM members WHERE room = ? AND visitor = ?';

/** The members of rooms. */
export class SqlMembers implements MembershipStore {
  constructor(private readonly db: SqlDatabase) {}

  async isMember(room: string, visitor: string): Promise<boolean> {
    return (await this.db.read(IS_MEMBER, room, visitor)).length > 0;
  }

  async roomsOf(visitor: string): Promise<string[]> {
    const sql = 'SELECT room FROM members WHERE visitor = ? ORDER BY room';
    return (await this.db.read<{ room: string }>(sql, visitor)).map(({ room }) => room);
  }

  join(
    room: string,
    visitor: string,
    at: number,
    limits: MembershipLimits,
  ): Promise<'done' | 'too_many_rooms'> {
    return this.db.runGuarded(
      [['too_many_rooms', hasRoom(room, visitor, limits.rooms)]],
      [insertMember(room, visitor, visitor, at)],
      changeOfMembers(visitor),
    );
  }

  addMember(
    room: string,
    visitor: string,
    inviter: string,
    at: number,
    limits: MembershipLimits,
  ): Promise<'done' | 'not_member' | 'too_many_members' | 'person_has_too_many_rooms'> {
    const members = 'SELECT count(*) FROM members WHERE room = ?';
    return this.db.runGuarded(
      [
        ['not_member', [IS_MEMBER, room, inviter]],
        [
          'too_many_members',
          [`SELECT 1 WHERE EXISTS (${IS_MEMBER}) OR (${members}) < ?`, room, visitor, room, limits.members],
        ],
        ...mayBeAdded(room, visitor, limits),
      ],
      [insertMember(room, visitor, inviter, at)],
      changeOfMembers(visitor),
    );
  }

  removeMember(room: string, visitor: string, actor: string): Promise<'done' | 'not_creator'> {
    const created = 'SELECT 1 FROM room_details WHERE room = ? AND creator = ?';
    const longest = 'SELECT visitor FROM members WHERE room = ? ORDER BY at, visitor LIMIT 1';
    return this.db.runGuarded(
      visitor === actor ? [] : [['not_creator', [created, room, actor]]],
      [
        ['DELETE FROM members WHERE room = ? AND visitor = ?', room, visitor],
        [
          `UPDATE room_details SET creator = coalesce((${longest}), '')
           WHERE room = ? AND creator = ? AND kind = 'private'`,
          room,
          room,
          visitor,
        ],
      ],
      accessOf(visitor),
    );
  }

  setRead(room: string, visitor: string, seq: number): Promise<void> {
    return this.db.run([
      'UPDATE members SET read_seq = ? WHERE room = ? AND visitor = ? AND read_seq < ?',
      seq,
      room,
      visitor,
      seq,
    ]);
  }

  async readSeqsOf(visitor: string): Promise<Map<string, number>> {
    const sql = 'SELECT room, read_seq AS seq FROM members WHERE visitor = ?';
    const rows = await this.db.read<{ room: string; seq: number }>(sql, visitor);
    return new Map(rows.map(({ room, seq }) => [room, seq]));
  }

  membersOf(room: string, after: string, limit: number): Promise<Member[]> {
    return this.db.read(
      `SELECT members.visitor, ${NAME}, members.inviter, members.at FROM members
         LEFT JOIN visitors ON visitors.id = members.visitor
       WHERE members.room = ? AND members.visitor > ? ORDER BY members.visitor LIMIT ?`,
      room,
      after,
      limit,
    );
  }

  peopleOfDirectsOf(visitor: string): Promise<(Person & { room: string })[]> {
    return this.db.read(
      `SELECT members.room, members.visitor, ${NAME} FROM members AS mine
         JOIN room_details ON room_details.room = mine.room AND room_details.kind = 'direct'
         JOIN members ON members.room = mine.room
         LEFT JOIN visitors ON visitors.id = members.visitor
       WHERE mine.visitor = ? ORDER BY members.room, username, members.visitor`,
      visitor,
    );
  }
}

/** Returns the change that makes every process read the rooms of visitors again. */
export function changeOfMembers(...visitors: string[]): ChangeMembers {
  return { type: 'change_members', visitors };
}

/** Inserts a member, unless it is one. What is in the room already is not unread. */
export function insertMember(room: string, visitor: string, inviter: string, at: number): Statement {
  return [
    `INSERT INTO members (room, visitor, inviter, at, read_seq)
     VALUES (?, ?, ?, ?, coalesce((SELECT head FROM rooms WHERE name = ?), 0)) ON CONFLICT (room, visitor) DO NOTHING`,
    room,
    visitor,
    inviter,
    at,
    room,
  ];
}

/** Requires that a visitor is a member of a room, or of fewer than `max` rooms. */
export function hasRoom(room: string, visitor: string, max: number): Statement {
  const rooms = 'SELECT count(*) FROM members WHERE visitor = ?';
  return [`SELECT 1 WHERE EXISTS (${IS_MEMBER}) OR (${rooms}) < ?`, room, visitor, visitor, max];
}

/** Requires that another visitor may add a visitor to a room. It may not use up what the visitor can join by itself. */
export function mayBeAdded(
  room: string,
  visitor: string,
  { rooms, roomsByOthers }: MembershipLimits,
): Guard<'person_has_too_many_rooms'>[] {
  const byOthers = 'SELECT count(*) FROM members WHERE visitor = ? AND inviter <> visitor';
  return [
    ['person_has_too_many_rooms', hasRoom(room, visitor, rooms)],
    [
      'person_has_too_many_rooms',
      [`SELECT 1 WHERE EXISTS (${IS_MEMBER}) OR (${byOthers}) < ?`, room, visitor, visitor, roomsByOthers],
    ],
  ];
}
