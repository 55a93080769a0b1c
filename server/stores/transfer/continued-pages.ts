import type { Snapshot } from '../sql/snapshot';
import type { EntryRow, InterruptedExport } from './interrupted-export';
import { pagesOf, type Key, type Row } from './pages';
import { ENTRIES } from './tables';

/** The entries of a run. */
const IN_RUN = 'FROM entries WHERE room = ? AND seq BETWEEN ? AND ?';
const COUNTS = `SELECT count(*) AS count, sum(in_history) AS "inHistory" ${IN_RUN}`;
/** An erased entry has an empty body, whatever its kind. */
const ERASED_AND_LAST = `SELECT ${Object.keys(ENTRIES.columns).join(', ')} ${IN_RUN} AND (body = '{}' OR seq = ?)`;

/**
 * Reads the entries of a database in the order of their key. Those that an interrupted export has are taken from it, as
 * long as they are the same; the bodies of those that were erased since are not. From the first difference on, which is
 * that to another database or another history, all are read from the database.
 */
export async function* continuedPages(
  snapshot: Snapshot,
  interrupted: InterruptedExport,
): AsyncGenerator<Row[]> {
  let after: Key | undefined;
  for await (const run of interrupted.runs()) {
    const { room, seq } = run[0]!;
    // What was written since: the newest entries of the room before, and rooms between.
    yield* pagesOf(snapshot, ENTRIES, { after, before: [room, seq] });
    after = [room, seq - 1];
    const page = await currentPage(snapshot, run);
    if (!page) break;
    yield page;
    interrupted.reused += page.length;
    after = [room, run.at(-1)!.seq];
  }
  await interrupted.discard();
  yield* pagesOf(snapshot, ENTRIES, { after });
}

/** Returns a run as it is in the database now; nothing if the database has another one. */
async function currentPage(snapshot: Snapshot, run: readonly EntryRow[]): Promise<Row[] | undefined> {
  const last = run.at(-1)!;
  const bounds = [last.room, run[0]!.seq, last.seq] as const;
  const [counts] = await snapshot.read<{ count: number; inHistory: number }>(COUNTS, ...bounds);
  if (counts?.count !== run.length) return undefined;
  const read = await snapshot.read<EntryRow>(ERASED_AND_LAST, ...bounds, last.seq);
  const current = new Map(read.map((entry) => [entry.seq, entry]));
  // The hash covers those of all entries before it, with their contents.
  if (Buffer.compare(current.get(last.seq)!.hash, last.hash) !== 0) return undefined;
  const page = run.map((entry) => current.get(entry.seq) ?? entry);
  const inHistory = page.reduce((sum, entry) => sum + entry.in_history, 0);
  // In an older state of the database, an entry that the file has erased still has its body.
  const isErasedOnlyInFile = run.some(({ seq, body }) => body === '{}' && !current.has(seq));
  return inHistory === counts.inHistory && !isErasedOnlyInFile ? page : undefined;
}
