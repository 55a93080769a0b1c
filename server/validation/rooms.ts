import { z } from 'zod';
import { isPrivate } from '../access/room-access';
import type { RoomDraft } from '../chat/rooms';
import type { RoomDetails } from '../wire';
import { issue } from '../words/sentence';
import { visitorId } from './accounts';
import { check, INVISIBLE, ROOM } from './messages';

/** The longest title and topic of a room, in characters (Unicode code points). */
const TITLE_MAX = 80;
const TOPIC_MAX = 250;
/** The default and the largest number of rooms, or members, in a response. */
const PAGE_SIZE = 50;
const PAGE_SIZE_MAX = 100;
const MEMBERS_MAX = 500;
/** The most other people that a direct message can be asked for. The chat allows fewer. */
const PEOPLE_MAX = 100;

const text = (field: 'title' | 'topic' | 'find', max: number) =>
  z
    .string(issue(['textExpected', field]))
    .trim()
    .refine((value) => [...value].length <= max, issue(['textTooLong', field, max]))
    .refine((value) => !INVISIBLE.test(value), issue(['textInvisible', field]));
const title = text('title', TITLE_MAX).min(1, issue('titleEmpty'));
const topic = text('topic', TOPIC_MAX);
const archived = z.boolean(issue(['booleanExpected', 'archived']));
const name = z
  .string(issue('roomNotText'))
  .regex(ROOM, issue('roomMalformed'))
  .refine((value) => !isPrivate(value), issue('roomOfPrivateForm'));

const draft = z
  .object(
    {
      room: name.optional(),
      title,
      topic: topic.default(''),
      private: z.boolean(issue(['booleanExpected', 'private'])).default(false),
    },
    issue('roomExpected'),
  )
  .refine(({ room, private: isHidden }) => !(room && isHidden), issue('privateRoomNamed'));
const change = z
  .object(
    { title: title.optional(), topic: topic.optional(), archived: archived.optional() },
    issue('objectExpected'),
  )
  .refine((value) => Object.values(value).some((field) => field !== undefined), issue('roomChangeExpected'));
const people = z.object(
  {
    people: z.array(visitorId, issue('peopleExpected')).max(PEOPLE_MAX, issue(['peopleTooMany', PEOPLE_MAX])),
  },
  issue('peopleExpected'),
);
const limit = (size: number, max: number) =>
  z.coerce
    .number(issue(['numberExpected', 'limit']))
    .int(issue(['wholeNumberExpected', 'limit']))
    .min(1, issue(['numberTooLow', 'limit', 1]))
    .max(max, issue(['numberTooHigh', 'limit', max]))
    .default(size);
const readPosition = z.object({ cursor: z.string(issue('cursorNotText')) }, issue('cursorExpected'));
const search = z.object(
  {
    find: text('find', TITLE_MAX).optional(),
    after: z.string(issue('roomNotText')).regex(ROOM, issue('roomMalformed')).default(''),
    limit: limit(PAGE_SIZE, PAGE_SIZE_MAX),
  },
  issue('objectExpected'),
);
const memberPaging = z.object(
  { after: visitorId.default(''), limit: limit(MEMBERS_MAX, MEMBERS_MAX) },
  issue('objectExpected'),
);

/** @throws {Refusal} `bad_request` */
export const checkRoomDraft = (value: unknown): RoomDraft => check(draft, value);
/** @throws {Refusal} `bad_request` */
export const checkRoomChange = (value: unknown): Partial<Pick<RoomDetails, 'title' | 'topic' | 'archived'>> =>
  check(change, value) as Partial<RoomDetails>;
/** Returns the ids of visitors. @throws {Refusal} `bad_request` */
export const checkPeople = (value: unknown): string[] => check(people, value).people;
/** Returns a search for public rooms, or for one's own without `find`. @throws {Refusal} `bad_request` */
export const checkRoomSearch = (
  value: unknown,
): { find?: string | undefined; after: string; limit: number } => check(search, value);
/** Returns a cursor. @throws {Refusal} `bad_request` */
export const checkReadPosition = (value: unknown): string => check(readPosition, value).cursor;
/** @throws {Refusal} `bad_request` */
export const checkMemberPaging = (value: unknown): { after: string; limit: number } =>
  check(memberPaging, value);
