import { z } from 'zod';
import type { ChatDraft } from '../chat/chat';
import { kindOf, MESSAGE, SENDABLE_TYPES, type SendableType } from '../entry-kinds';
import { checkName, hasStackedMarks, NAME_MAX } from '../identity/name';
import { parseCursor } from '../log/cursor';
import type { Start } from '../log/log';
import { Refusal } from '../refusal';

/** The default room. */
export const LOBBY = 'lobby';
/** The longest phone number as it is typed, before it is normalized. */
const PHONE_MAX = 60;
/** The most messages in one response. */
const LIMIT_MAX = 500;
/** The default number of messages in a response. */
const LIMIT = 50;
/** How long a long poll waits by default and at most, in s. Proxies close connections after 60 s. */
const HOLD = 25;
const HOLD_MAX = 55;

/** The name of a room. */
export const ROOM = /^[a-z0-9-]{1,40}$/;
/** Characters that are invisible in a name, or rearrange the text around it. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0]/u;

const length = (text: string): number => [...text].length;

/** A room's name. */
export const room = z
  .string('A room must be a text.')
  .regex(ROOM, 'A room has 1 to 40 characters: a to z, 0 to 9 and "-".')
  .default(LOBBY);

/** A message's id. */
export const id = z
  .guid('The id must be a UUID, such as 9b2e6c1e-0f4a-4c37-a7a1-5d6d1c1c8f10.')
  .transform((text) => text.toLowerCase());

const cursor = z
  .string('A cursor must be a text.')
  .refine((text) => text === 'earliest' || parseCursor(text));

const count = (name: string, max = LIMIT_MAX) =>
  z
    .union([z.number(), z.string().regex(/^\d+$/).transform(Number)], `"${name}" must be a number.`)
    .pipe(
      z
        .int(`"${name}" must be a whole number.`)
        .min(0, `"${name}" cannot be below 0.`)
        .max(max, `"${name}" can be at most ${max}.`),
    );

const name = (what: string) =>
  z
    .string(`${what} must be a text.`)
    .trim()
    .min(1, `${what} is empty.`)
    .refine((text) => length(text) <= NAME_MAX, `${what} is over ${NAME_MAX} characters.`)
    .refine((text) => !UNSEEN.test(text), `${what} holds control or invisible characters.`)
    .refine((text) => !hasStackedMarks(text), `${what} has too many combining marks on one letter.`);

/** The bodies of the kinds that clients may send. */
const bodies = new Map(SENDABLE_TYPES.map((type) => [type, kindOf(type)!.body]));
const destination = z.object({ room, id: id.optional() });
const deletion = z.object({ room, id }, 'Send an object such as { "id": "…" }: which message to delete.');
const username = z.object({ username: name('The name') }, 'Send an object such as { "username": "Masha" }.');
const reading = z.object(
  { room, after: cursor.optional(), last: count('last').optional() },
  'Send an object.',
);
const paging = reading.extend({
  before: cursor.optional(),
  limit: count('limit').pipe(z.number().min(1, '"limit" must be at least 1.')).optional(),
  timeout: count('timeout', 86_400)
    .default(HOLD)
    .transform((seconds) => Math.min(seconds, HOLD_MAX)),
});
/** Without a `limit`, `last` is the limit. */
const limited = paging.transform(({ limit, ...rest }) => {
  return { ...rest, limit: limit ?? ((rest.after === undefined && rest.last) || LIMIT) };
});
const contact = z.strictObject(
  {
    name: name('The name'),
    phone: z
      .string('The phone number must be a text.')
      .max(PHONE_MAX, `The phone number is over ${PHONE_MAX} characters.`),
  },
  {
    error: (issue) =>
      unknownFields(issue) ?? 'Send an object such as { "name": "Masha", "phone": "+7 912 345-67-89" }.',
  },
);

function unknownFields(issue: { code?: string; keys?: string[] }): string | undefined {
  if (issue.code !== 'unrecognized_keys') return undefined;
  return `A contact has a name and a phone, and no "${issue.keys?.join('", "')}".`;
}

/** A validated request to read a room. */
export interface Reading extends Start {
  room: string;
}

/** A validated request for one page of messages. */
export interface Paging extends Reading {
  before?: string | undefined;
  limit: number;
  /** How long a long poll waits, in s. */
  timeout: number;
}

/** Returns whether clients may append entries of this kind themselves. */
export const isSendable = (type: unknown): type is SendableType => bodies.has(type as SendableType);
/** Reads an entry to append. @throws {Refusal} `bad_request` */
export function checkDraft(type: SendableType, value: unknown): ChatDraft {
  const body = check(bodies.get(type)!, value);
  const { room, id } = check(destination, value);
  return { type, room, id, body } as ChatDraft;
}
/** Returns an entry to append, of the kind that its `type` names or a message. @throws {Refusal} `bad_request` */
export function checkTypedDraft(value: unknown): ChatDraft {
  const { type = MESSAGE } = (value ?? {}) as { type?: unknown };
  if (isSendable(type)) return checkDraft(type, value);
  throw new Refusal('bad_request', `The "type" of what is sent is one of ${SENDABLE_TYPES.join(', ')}.`);
}
/** Returns which message is to be deleted. @throws {Refusal} `bad_request` */
export const checkDeletion = (value: unknown): { room: string; id: string } => check(deletion, value);
/** @throws {Refusal} `bad_request` */
export const checkUsername = (value: unknown): string => checkName(check(username, value).username);
/** Returns where a stream is to begin. @throws {Refusal} `bad_request` */
export const checkReading = (value: unknown): Reading => check(reading, value);
/** @throws {Refusal} `bad_request` */
export const checkPaging = (value: unknown): Paging => check(limited, value);
/** @throws {Refusal} `bad_request` */
export const checkContact = (value: unknown): { name: string; phone: string } => check(contact, value);
/** @throws {Refusal} `bad_request` */
export const checkRoom = (value: unknown): string => check(room, value);

/** Validates input by a schema. @throws {Refusal} `bad_request`, with the first issue's sentence. */
export function check<T>(schema: z.ZodType<T>, value: unknown): T {
  // No code here is affected by it; nobody sends it by accident.
  if (typeof value === 'object' && value !== null && Object.hasOwn(value, '__proto__'))
    throw new Refusal('bad_request', 'A field cannot be called "__proto__".');
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Refusal('bad_request', result.error.issues[0]?.message ?? 'The request cannot be read.');
}
