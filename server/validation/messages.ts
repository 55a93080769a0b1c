import { z } from 'zod';
import type { ChatDraft } from '../chat/chat';
import { kindOf, MESSAGE, SENDABLE_TYPES, type SendableType } from '../entry-kinds';
import { checkName, hasStackedMarks, NAME_MAX } from '../identity/name';
import { parseCursor } from '../log/cursor';
import type { Start } from '../log/log';
import { Refusal } from '../refusal';
import { issue, sentenceOfIssue, type Sentence } from '../words/sentence';

/** The default room. */
export const LOBBY = 'lobby';
/** The longest phone number before normalization, in characters. */
const PHONE_MAX = 60;
/** The default and the largest number of messages in a response. */
const PAGE_SIZE = 50;
const PAGE_SIZE_MAX = 500;
/** The default and the longest wait of a long poll, in s. Many proxies close connections after 60 s. */
const POLL_TIMEOUT = 25;
const POLL_TIMEOUT_MAX = 55;
/** The longest wait that a client may ask for, in s; above {@link POLL_TIMEOUT_MAX}, it is shortened. */
const REQUESTED_TIMEOUT_MAX = 86_400;

/** The syntax of a room's name. */
export const ROOM = /^[a-z0-9-]{1,40}$/;
/** Characters that are invisible in a name, or reorder the text around it. */
export const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0]/u;

/** Returns the length of a text in characters (Unicode code points). */
const length = (text: string): number => [...text].length;

/** A room's name. */
export const room = z.string(issue('roomNotText')).regex(ROOM, issue('roomMalformed')).default(LOBBY);

/** A message's id. */
export const id = z.guid(issue('idMalformed')).transform((text) => text.toLowerCase());

const cursor = z.string(issue('cursorNotText')).refine((text) => text === 'earliest' || parseCursor(text));

const count = (name: string, max = PAGE_SIZE_MAX) =>
  z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)], issue(['numberExpected', name])).pipe(
    z
      .int(issue(['wholeNumberExpected', name]))
      .min(0, issue(['numberTooLow', name, 0]))
      .max(max, issue(['numberTooHigh', name, max])),
  );

const name = z
  .string(issue('nameNotText'))
  .trim()
  .min(1, issue('nameEmpty'))
  .refine((text) => length(text) <= NAME_MAX, issue(['nameTooLong', NAME_MAX]))
  .refine((text) => !INVISIBLE.test(text), issue('nameInvisible'))
  .refine((text) => !hasStackedMarks(text), issue('nameStacked'));

/** The bodies of the kinds that clients may send. */
const bodies = new Map(SENDABLE_TYPES.map((type) => [type, kindOf(type)!.body]));
const destination = z.object({ room, id: id.optional() });
const deletion = z.object({ room, id }, issue('deletionExpected'));
const username = z.object({ username: name }, issue('usernameExpected'));
/** A switch that is on by being there, in a query: `?news`. */
const flag = (field: string) =>
  z
    .union([z.boolean(), z.enum(['', '1', 'true'])], issue(['booleanExpected', field]))
    .transform((value) => value !== false);
const reading = z.object(
  { room, after: cursor.optional(), last: count('last').optional(), news: flag('news').optional() },
  issue('objectExpected'),
);
const paging = reading.extend({
  before: cursor.optional(),
  limit: count('limit')
    .pipe(z.number().min(1, issue(['numberTooLow', 'limit', 1])))
    .optional(),
  timeout: count('timeout', REQUESTED_TIMEOUT_MAX)
    .default(POLL_TIMEOUT)
    .transform((seconds) => Math.min(seconds, POLL_TIMEOUT_MAX)),
});
/** Paging in which `limit` is set: by default, to `last`. */
const pagingWithLimit = paging.transform(({ limit, ...rest }) => {
  return { ...rest, limit: limit ?? ((rest.after === undefined && rest.last) || PAGE_SIZE) };
});
const contact = z.strictObject(
  {
    name,
    phone: z.string(issue('phoneNotText')).max(PHONE_MAX, issue(['phoneTooLong', PHONE_MAX])),
  },
  {
    error: (found) => issue(unknownFields(found) ?? 'contactExpected'),
  },
);

function unknownFields({ code, keys }: { code?: string; keys?: string[] }): Sentence | undefined {
  if (code !== 'unrecognized_keys') return undefined;
  return ['contactFields', `"${keys?.join('", "')}"`];
}

/** A validated request to read a room. */
export interface Reading extends Start {
  room: string;
  /** Whether the reader wants the news of its other rooms as well. */
  news?: boolean | undefined;
}

/** A validated request for one page of messages. */
export interface Paging extends Reading {
  before?: string | undefined;
  limit: number;
  /** The longest wait of a long poll, in s. */
  timeout: number;
}

/** Returns whether clients may append entries of this kind. */
export const isSendable = (type: unknown): type is SendableType => bodies.has(type as SendableType);
/** Returns an entry to append. @throws {Refusal} `bad_request` */
export function checkDraft(type: SendableType, value: unknown): ChatDraft {
  const body = check(bodies.get(type)!, value);
  const { room, id } = check(destination, value);
  return { type, room, id, body } as ChatDraft;
}
/** Returns an entry to append, whose kind is its `type`, or a message without one. @throws {Refusal} `bad_request` */
export function checkTypedDraft(value: unknown): ChatDraft {
  const { type = MESSAGE } = (value ?? {}) as { type?: unknown };
  if (isSendable(type)) return checkDraft(type, value);
  throw new Refusal('bad_request', ['typeUnknown', SENDABLE_TYPES.join(', ')]);
}
/** Returns the message to delete. @throws {Refusal} `bad_request` */
export const checkDeletion = (value: unknown): { room: string; id: string } => check(deletion, value);
/** @throws {Refusal} `bad_request` */
export const checkUsername = (value: unknown): string => checkName(check(username, value).username);
/** Returns the start of a stream. @throws {Refusal} `bad_request` */
export const checkReading = (value: unknown): Reading => check(reading, value);
/** @throws {Refusal} `bad_request` */
export const checkPaging = (value: unknown): Paging => check(pagingWithLimit, value);
/** @throws {Refusal} `bad_request` */
export const checkContact = (value: unknown): { name: string; phone: string } => check(contact, value);
/** @throws {Refusal} `bad_request` */
export const checkRoom = (value: unknown): string => check(room, value);

/** Validates input by a schema. @throws {Refusal} `bad_request`, with the first issue's sentence. */
export function check<T>(schema: z.ZodType<T>, value: unknown): T {
  // Defense in depth: no client has a reason to send this key.
  if (typeof value === 'object' && value !== null && Object.hasOwn(value, '__proto__'))
    throw new Refusal('bad_request', ['fieldForbidden', '__proto__']);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { message, path } = result.error.issues[0]!;
  const otherwise: Sentence = path.length > 0 ? ['fieldInvalid', path.join('.')] : 'unreadable';
  throw new Refusal('bad_request', sentenceOfIssue(message) ?? otherwise);
}
