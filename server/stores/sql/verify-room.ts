import { kindOf } from '../../entry-kinds';
import { findMismatch, startOfChain, type ChainedEntry, type Link } from '../../log/chain';
import { isErased } from '../../log/entry';
import type { SqlDatabase } from './database';

/** A database to verify: nothing in it changes meanwhile. */
export type Reader = Pick<SqlDatabase, 'read'>;

/** What is wrong in a room: at the first entry that is not as it was written, or as a whole. */
export interface Defect {
  room: string;
  /** 0 if no single entry can be named. */
  seq: number;
  /** Completes the sentence "Entry 7: …". */
  reason: string;
}

/** A room whose log verifies. An operator can note its head and hash, to compare them later. */
export interface VerifiedRoom {
  room: string;
  head: number;
  /** The hash of the last entry. */
  hash: string;
}

/** The entries that are read at a time. */
const PAGE = 500;
const COLUMNS = 'room, seq, type, in_history AS "inHistory", id, visitor, username, body, at, seal, hash';

interface Row extends Omit<ChainedEntry, 'seal' | 'hash'> {
  inHistory: number;
  seal: Uint8Array;
  hash: Uint8Array;
}

interface Room {
  name: string;
  head: number;
  at: number;
  hash: Uint8Array;
}

/**
 * Reads a room from its first entry to its last, and checks the seqs, the hash chain, that history has each entry that it
 * should, and that what is erased is what later entries erase.
 * @param onPage is called with the number of entries that were read.
 */
export async function verifyRoom(
  database: Reader,
  name: string,
  onPage: (entries: number) => void,
): Promise<VerifiedRoom | Defect> {
  const [room] = await database.read<Room>('SELECT name, head, at, hash FROM rooms WHERE name = ?', name);
  if (!room) return { room: name, seq: 0, reason: 'there is no such room' };
  let last: Link & { at: number } = { ...startOfChain(name), at: 0 };
  let erased = 0;
  let erasing = 0;
  for (;;) {
    const rows = await database.read<Row>(
      `SELECT ${COLUMNS} FROM entries WHERE room = ? AND seq > ? ORDER BY seq LIMIT ${PAGE}`,
      name,
      last.seq,
    );
    if (rows.length === 0) break;
    const entries = rows.map((row) => ({ ...row, seal: hex(row.seal), hash: hex(row.hash) }));
    const mismatch = findMismatch(entries, last);
    for (const entry of entries) {
      if (entry === mismatch?.entry) return { room: name, seq: entry.seq, reason: mismatch.reason };
      const reason = await referenceDefect(database, entry);
      if (reason !== undefined) return { room: name, seq: entry.seq, reason };
      if (isErased(entry.type)) erased += 1;
      if (targetOf(entry) !== undefined) erasing += 1;
    }
    last = entries.at(-1)!;
    onPage(entries.length);
  }
  const reason =
    headDefect(room, last) ??
    (erased === erasing ? undefined : `it has ${erased} erased entries, and ${erasing} that erase one`);
  return reason === undefined
    ? { room: name, head: room.head, hash: hex(room.hash) }
    : { room: name, seq: 0, reason };
}

/** Returns what is wrong with what an entry refers to, beyond the chain. */
async function referenceDefect(
  database: Reader,
  entry: ChainedEntry & { inHistory: number },
): Promise<string | undefined> {
  const kind = kindOf(entry.type);
  if (kind && Number(kind.isInHistory ?? false) !== entry.inHistory)
    return 'history lacks it, or has it although it should not';
  const target = targetOf(entry);
  if (target === undefined) return undefined;
  const [erased] = await database.read<{ seq: number; type: string }>(
    'SELECT seq, type FROM entries WHERE room = ? AND id = ?',
    entry.room,
    target,
  );
  if (!erased || erased.seq >= entry.seq) return 'the entry that it erases is missing';
  return isErased(erased.type) ? undefined : `entry ${erased.seq}, which it erases, is not erased`;
}

/** Returns the id of the entry that an entry erases, if it does. */
function targetOf({ type, body }: ChainedEntry): string | undefined {
  const erases = kindOf(type)?.erases;
  return erases?.(JSON.parse(body) as object);
}

function headDefect(room: Room, last: Link & { at: number }): string | undefined {
  if (room.head > last.seq) return `its entries after ${last.seq} are missing, up to ${room.head}`;
  if (room.head < last.seq) return `it has entries after its head, ${room.head}`;
  if (hex(room.hash) !== last.hash || room.at !== last.at) return 'its head does not match its last entry';
  return undefined;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}
