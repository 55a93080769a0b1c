import { verifyRoom, type Defect, type Reader, type VerifiedRoom } from './verify-room';

/** The result of verifying a database, or one room of it. */
export interface Verification {
  rooms: VerifiedRoom[];
  /** A sentence for each room that does not verify, and for what does not belong to one. */
  defects: string[];
}

/**
 * Verifies each room of a database, and that nothing lies outside of them.
 * @param onProgress is called with the entries that are verified, and how many there are.
 * @param onlyRoom the name of the room, if it is to be one only.
 * @throws {Error} a sentence, if there is no such room. @throws the reason of `signal` once it is aborted.
 */
export async function verifyDatabase(
  database: Reader,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
  onlyRoom?: string,
): Promise<Verification> {
  const rooms = (
    await database.read<{ name: string; head: number }>('SELECT name, head FROM rooms ORDER BY name')
  ).filter(({ name }) => onlyRoom === undefined || name === onlyRoom);
  if (onlyRoom !== undefined && rooms.length === 0) throw new Error(`No room is named ${onlyRoom}.`);
  const total = rooms.reduce((sum, { head }) => sum + head, 0);
  const verified: VerifiedRoom[] = [];
  const defects: string[] = [];
  let done = 0;
  for (const { name } of rooms) {
    const result = await verifyRoom(database, name, (entries) => {
      signal.throwIfAborted();
      onProgress((done += entries), total);
    });
    if ('reason' in result) defects.push(describe(result));
    else verified.push(result);
  }
  return {
    rooms: verified,
    defects: onlyRoom === undefined ? [...defects, ...(await strayRows(database))] : defects,
  };
}

function describe({ room, seq, reason }: Defect): string {
  return seq > 0 ? `Room ${room}, entry ${seq}: ${reason}.` : `Room ${room}: ${reason}.`;
}

/** Returns a sentence for each table with rows that belong to nothing. */
async function strayRows(database: Reader): Promise<string[]> {
  const sentences = OWNERS.map(async ([table, column, owner, key]) => {
    // NOT IN would compare each row with each, in PostgreSQL and beyond some 100,000 rooms.
    const owned = `SELECT 1 FROM ${owner} WHERE ${owner}.${key} = ${table}.${column}`;
    const [row] = await database.read<{ count: number }>(
      `SELECT count(*) AS count FROM ${table} WHERE NOT EXISTS (${owned})`,
    );
    return row!.count === 0 ? [] : [`Rows of ${table} that belong to none of ${owner}: ${row!.count}.`];
  });
  return (await Promise.all(sentences)).flat();
}

/** Columns, and those that must have the same values. */
const OWNERS = [
  ['entries', 'room', 'rooms', 'name'],
  ['credentials', 'visitor', 'visitors', 'id'],
  ['passkeys', 'visitor', 'visitors', 'id'],
] as const;
