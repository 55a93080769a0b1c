import { isDeepStrictEqual } from 'node:util';
import { kindOf } from '../entry-kinds';
import { formatCursor } from '../log/cursor';
import { entryOf, isErasedFrom } from '../log/entry';
import type { Draft } from '../log/store';
import type { Entry } from '../wire';

/** An entry as it is stored. */
export interface Row {
  room: string;
  seq: number;
  /** The name of its kind, which another version may have written. */
  type: string;
  id: string;
  visitor: string;
  username: string;
  /** A JSON object. */
  body: string;
  /** In ms since 1970, UTC. */
  at: number;
  /** The digits of its hash that a cursor carries. */
  hash: string;
}

/**
 * Returns the entry of a row, in the history that `epoch` names. An entry of an unknown kind gets no body: it may not be
 * meant for readers, who skip it anyway.
 */
export function entryOfRow(row: Row, epoch: string): Entry {
  const { type, room, seq, id, visitor, username, at, hash } = row;
  const body = kindOf(type) ? (JSON.parse(row.body) as object) : {};
  const cursor = formatCursor(epoch, seq, hash);
  return entryOf(type, { cursor, seq, room, id, visitor, username, at: new Date(at).toISOString() }, body);
}

/** The place of a new entry: its seq, and the digits of its hash that a cursor carries. */
export interface Appended {
  seq: number;
  hash: string;
}

/** Returns the entry that was made of a draft, in the history that `epoch` names. @param at in ISO 8601, UTC. */
export function entryOfDraft(draft: Draft, { seq, hash }: Appended, at: string, epoch: string): Entry {
  const { type, body, room, id, visitor, username } = draft;
  const cursor = formatCursor(epoch, seq, hash);
  return entryOf(type, { cursor, seq, room, id, visitor, username, at }, body);
}

/** Whether a row is the entry of a draft with this content. An erased row matches any. @param body JSON. */
export function isRepeated(row: Pick<Row, 'type' | 'body'>, type: string, body: string): boolean {
  if (row.type !== type) return isErasedFrom(row.type, type);
  return row.body === body || isDeepStrictEqual(JSON.parse(row.body), JSON.parse(body));
}

/** Returns 1 for a kind that reading back gives, and 0 for others: the value of the column `in_history`. */
export function inHistory(type: string): number {
  return Number(kindOf(type)?.isInHistory ?? false);
}

/**
 * Returns the rows or entries, checked to be those from one seq to another without gaps.
 * @throws {Error} if one is missing: the database is damaged, and readers must not skip it unnoticed.
 */
export function withoutGaps<Item extends { seq: number }>(items: Item[], from: number, to: number): Item[] {
  const missing = items.findIndex(({ seq }, i) => seq !== from + i);
  if (missing >= 0 || items.length < to - from + 1) {
    const seq = from + (missing < 0 ? items.length : missing);
    throw new Error(`The database is damaged: entry ${seq} of a room can't be found. Restore a backup.`);
  }
  return items;
}

/** Clamps a seq to the integers that a database and JavaScript both represent exactly, without infinity. */
export function bounded(seq: number): number {
  return Math.min(seq, Number.MAX_SAFE_INTEGER);
}
