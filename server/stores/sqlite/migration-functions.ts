import type Database from 'better-sqlite3';
import { skeletonOf } from '../../identity/name';
import { createSalts, hashAfter, startOfChain, type Link } from '../../log/chain';

type LinkArguments = [string, number, string, string, string, number, string, string];

/** Adds the functions that steps of the migration call. */
export function addFunctions(db: Database.Database): void {
  // For the step in which names become unique.
  db.function('skeleton', { deterministic: true }, (name) => skeletonOf(String(name)));
  // For the step that chains the entries.
  db.function('link', linker() as (...values: unknown[]) => string);
}

/**
 * Returns a function that chains entries, in the order of their rooms and seqs. It returns the seal and the hash of each.
 * What an entry held that is erased already is unknown: a random commitment stands for it.
 */
function linker(): (...entry: LinkArguments) => string {
  let room: string | undefined;
  let previous: Link = { seq: 0, hash: '' };
  return (nextRoom, seq, id, visitor, username, at, type, body) => {
    if (nextRoom !== room) previous = startOfChain(nextRoom);
    else if (seq <= previous.seq) throw new Error('Entries are chained in the order of their seqs.');
    room = nextRoom;
    const [seal = ''] = createSalts(1);
    const hash = hashAfter(previous.hash, { room, seq, id, visitor, username, at, type, body, seal });
    previous = { seq, hash };
    return seal + hash;
  };
}
