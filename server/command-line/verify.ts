import type { Config } from '../config/config';
import type { Snapshot } from '../stores/sql/snapshot';
import { verifyDatabase, type Verification } from '../stores/sql/verify';
import { openSnapshot } from '../stores/open-beside';
import { withProgress } from './progress';
import { note, print, type Terminal } from './terminal';

const LIMITS = `Verified is what the database holds. Newest entries that are lost together with their counters, or a history that
somebody has written anew with all its hashes, show only in comparison: note the hash of a room, from --room.`;

/** Verifies the log of each room, or of one. @throws {Error} if one does not verify. */
export async function verify(
  terminal: Terminal,
  { database }: Config,
  { room }: { room?: string },
): Promise<void> {
  const snapshot = await openSnapshot(database);
  try {
    const { rooms, defects } = await withProgress(terminal, 'Verifying entries', (onProgress) =>
      verifyDatabase(snapshot, onProgress, terminal.interrupted, room),
    );
    // One room is verified by its chain alone: the rest may take much longer.
    if (room === undefined) defects.push(...(await damageOf(snapshot)));
    for (const defect of defects) print(terminal, defect);
    if (defects.length > 0) throw new Error('The database is damaged. Restore a backup as the README says.');
    for (const { room: name, hash } of room === undefined ? [] : rooms)
      print(terminal, `The last hash of ${name} is ${hash}.`);
    print(terminal, `Verified ${summary(rooms)}.`);
    note(terminal, LIMITS);
  } finally {
    await snapshot.close();
  }
}

/** Returns a sentence for each thing that is wrong with how the rows of a database are stored. */
export async function damageOf(snapshot: Snapshot): Promise<string[]> {
  return (await snapshot.findDamage()).map((damage) => `The file is damaged: ${damage}.`);
}

/** Returns how much was verified, in words. */
export function summary(rooms: Verification['rooms']): string {
  const entries = rooms.reduce((sum, { head }) => sum + head, 0);
  return `${count(rooms.length, 'room', 'rooms')} with ${count(entries, 'entry', 'entries')}`;
}

function count(number: number, one: string, many: string): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}
