import { isDeepStrictEqual } from 'node:util';
import { ENTRY_TYPES, kindOf, type Content, type EntryHead } from '../entry-kinds';
import type { Entry } from '../wire';

/** Composes an entry of a kind, with its fields in the order of the wire. */
export function entryOf(type: string, head: EntryHead, body: object): Entry {
  const { cursor, seq, room, id, visitor, username } = head;
  const entry: Record<string, unknown> = { type, cursor, seq, room, id, visitor, username };
  // This runs for every entry that is read, and a spread within a literal takes several times as long.
  for (const field in body) entry[field] = (body as Record<string, unknown>)[field];
  entry.at = head.at;
  return entry as unknown as Entry;
}

/** Whether an entry was made from a draft: it has the same content, or was erased since. */
export function isEntryOf(entry: Entry, { type, body }: Content): boolean {
  if (entry.type !== type) return isErasedFrom(entry.type, type);
  return Object.entries(body).every(([field, value]) =>
    isDeepStrictEqual((entry as unknown as Record<string, unknown>)[field], value),
  );
}

const ERASED = new Set(ENTRY_TYPES.map((type) => kindOf(type)?.erasedAs));

/** Whether a kind is that of erased entries. */
export function isErased(type: string): boolean {
  return ERASED.has(type);
}

/** Whether entries of a kind become `erased` ones when they are erased. */
export function isErasedFrom(erased: string, type: string): boolean {
  return kindOf(type)?.erasedAs === erased;
}

/** Whether an entry of a draft's kind erases an earlier one. */
export function isErasing({ type }: Content): boolean {
  return kindOf(type)?.erases !== undefined;
}

/** Returns the id of the earlier entry that an entry erases, if it does. */
export function targetOf(entry: Entry): string | undefined {
  return kindOf(entry.type)?.erases?.(entry);
}

/** Returns entries without the bodies that later entries have erased. */
export function withoutErased(entries: Entry[], later: readonly Entry[]): Entry[] {
  const targets = new Set(later.flatMap((entry) => targetOf(entry) ?? []));
  if (targets.size === 0) return entries;
  return entries.map((entry) => (targets.has(entry.id) ? (erased(entry) ?? entry) : entry));
}

/** Returns the erased form of an entry; nothing if its kind can't be erased. */
export function erased(entry: Entry): Entry | undefined {
  const type = kindOf(entry.type)?.erasedAs;
  return type === undefined ? undefined : entryOf(type, entry, {});
}

/** Returns the size of an entry's body, in bytes of UTF-8. */
export function sizeOf(entry: Entry): number {
  return kindOf(entry.type)?.size?.(entry, byteLength) ?? 0;
}

/** The most bytes of an entry without the texts in its body. */
export const ENTRY_BYTES_MAX = 512;
/** The most bytes of a UTF-16 code unit of a text: in UTF-8, or escaped in JSON. */
const CODE_UNIT_BYTES_MAX = 3;

/** Returns the most bytes that an entry takes up in memory, and in each encoding, without encoding it. */
export function memoryOf(entry: Entry): number {
  return ENTRY_BYTES_MAX + CODE_UNIT_BYTES_MAX * (kindOf(entry.type)?.size?.(entry, lengthOf) ?? 0);
}

function byteLength(text: string): number {
  return Buffer.byteLength(text);
}

function lengthOf(text: string): number {
  return text.length;
}
