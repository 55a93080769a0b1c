import { z } from 'zod';
import { issue, type Sentence } from './words/sentence';

/*
 * The registry of entry kinds, the only place that defines them. The store, the caches, the transports, the routes and
 * the proofs handle entries through it and know no kind by name. static/timeline/renderers.ts defines how the page shows
 * each kind.
 */

/** A position in a room's log, opaque to clients: `<epoch>:<seq>:<hash>`; see log/cursor.ts. */
export type Cursor = string;

/** The fields of every entry. */
export interface EntryHead {
  /** The position just after this entry: reading after it continues with the next. */
  cursor: Cursor;
  /** 1, 2, 3 … in its room, without holes, in commit order. */
  seq: number;
  room: string;
  /** A UUID from the writer: the idempotency key. */
  id: string;
  /** The public id of the writer. */
  visitor: string;
  /** The writer's name when it was written. */
  username: string;
  /** When it was accepted, in ISO 8601, UTC. */
  at: string;
}

/** A line of plain text: a text by the writer of the entry, or a notice by the server. */
export type Line = { text: string } | { notice: Sentence };

/** The definition of a kind of entry. */
export interface EntryKind<Body extends object = object> {
  /** The fields that an entry of this kind has beside its head. They are stored as one JSON object. */
  readonly body: z.ZodObject;
  /** Whether clients may append it themselves: with an event of its name, or by its `type` over HTTP. */
  readonly isSendable?: boolean;
  /** Whether reading back gives it: pages of history hold and count such entries alone. */
  readonly isInHistory?: boolean;
  /**
   * The kind that an entry becomes when it is erased; without it, an entry can't be erased. That kind has an empty body,
   * and its row is no longer than any of this kind: rows that grow would leave copies of the text in the database file.
   */
  readonly erasedAs?: string;
  /** Returns the id of the earlier entry that it erases. */
  readonly erases?: (body: Body) => string;
  /**
   * Returns the size of a body.
   * @param measure returns the size of a text. Only texts that may be long are measured: 512 bytes cover all the rest.
   */
  readonly size?: (body: Body, measure: (text: string) => number) => number;
  /** Returns its line of plain text. */
  readonly line: (entry: EntryHead & Body) => Line;
}

type BodyOfShape<Shape extends z.ZodRawShape> = { [Field in keyof Shape]: z.output<Shape[Field]> };

/** The longest message, in characters (Unicode code points). */
export const MESSAGE_MAX = 4_000;
/** Control characters except tab and line ends: nobody types them, and stores disagree about NUL. */
const CONTROLS = /[^\P{Cc}\t\n\r]/u;
/** At least one character that can be seen. */
const VISIBLE = /[^\s\p{C}\u115f\u1160\u2800\u3164\uffa0]/u;

const message = z
  .string(issue('messageNotText'))
  .refine((text) => VISIBLE.test(text), issue('messageEmpty'))
  // Counting characters is slow on long texts, and never needed past twice the bound.
  .refine(
    (text) => text.length <= 2 * MESSAGE_MAX && [...text].length <= MESSAGE_MAX,
    issue(['messageTooLong', MESSAGE_MAX]),
  )
  .refine((text) => !CONTROLS.test(text), issue('messageControls'))
  .refine((text) => text.isWellFormed(), issue('messageUnicode'));

const KINDS = {
  /** A text that somebody wrote. */
  new_message: kind({
    body: z.object({ message }, issue('messageExpected')),
    isSendable: true,
    isInHistory: true,
    erasedAs: 'deleted_message',
    size: (body, measure) => measure(body.message),
    line: (entry) => ({ text: entry.message }),
  }),

  /** A deleted message, without its text. It keeps its seq and its id. */
  deleted_message: kind({
    body: z.object({}),
    line: ({ username }) => ({ notice: ['messageDeleted', username] }),
  }),

  /** The deletion of a message: readers that have it drop its text. The writer is the person who deleted it. */
  delete_message: kind({
    body: z.object({ /** The id of the message. */ target: z.string() }),
    erases: ({ target }) => target,
    line: ({ username }) => ({ notice: ['userDeletedMessage', username] }),
  }),
};

/** The names of the kinds: an entry's `type`. */
export type EntryType = keyof typeof KINDS;
/** The kinds that clients may append. */
export type SendableType = {
  [Type in EntryType]: (typeof KINDS)[Type] extends { isSendable: true } ? Type : never;
}[EntryType];

/** The fields that an entry of a kind has beside its head. */
export type BodyOf<Type extends EntryType> = BodyOfShape<(typeof KINDS)[Type]['body']['shape']>;
/** An entry of a kind, as every transport carries it. */
export type EntryOf<Type extends EntryType> = { type: Type } & EntryHead & BodyOf<Type>;
/** An element of a room's log. Clients skip the types that they don't know. */
export type Entry = { [Type in EntryType]: EntryOf<Type> }[EntryType];
/** A kind and a body of it. */
export type Content = { [Type in EntryType]: { type: Type; body: BodyOf<Type> } }[EntryType];

export type NewMessage = EntryOf<'new_message'>;
export type DeletedMessage = EntryOf<'deleted_message'>;
export type DeleteMessage = EntryOf<'delete_message'>;

/** The kind that is sent where none is named, such as with `curl -d`. */
export const MESSAGE = 'new_message' satisfies SendableType;

/** Returns the content of an entry that erases another. @param target the id of that one. */
export function erasureOf(target: string): Content {
  return { type: 'delete_message', body: { target } };
}

const byType = new Map(Object.entries(KINDS as unknown as Record<string, EntryKind>));

/** Returns a kind by its name; nothing if only another version has it. */
export function kindOf(type: string): EntryKind | undefined {
  return byType.get(type);
}

/** The names of all kinds. */
export const ENTRY_TYPES = [...byType.keys()];
/** The names of the kinds that clients may append. */
export const SENDABLE_TYPES = ENTRY_TYPES.filter((type) => kindOf(type)?.isSendable) as SendableType[];

/** Infers the type of a body for the functions that take one. */
function kind<Shape extends z.ZodRawShape, Kind extends EntryKind<BodyOfShape<Shape>>>(
  definition: Kind & { body: z.ZodObject<Shape> },
): Kind & { body: z.ZodObject<Shape> } {
  return definition;
}
