import { createHash } from 'node:crypto';
import type { Snapshot } from '../sql/snapshot';
import { continuedPages } from './continued-pages';
import { formatHeader, formatRow, formatTrailer } from './format';
import type { InterruptedExport } from './interrupted-export';
import { pagesOf } from './pages';
import { ENTRIES, TABLES } from './tables';

/**
 * Exports all that belongs to the chat in a database, in the format of format.ts.
 * @param onProgress is called with the rows that are exported, and how many there are.
 * @param interrupted an earlier export, whose entries need not be read again.
 * @returns the text, in parts of some lines each.
 */
export async function* exportText(
  snapshot: Snapshot,
  at: Date,
  onProgress: (done: number, total: number) => void,
  interrupted?: InterruptedExport,
): AsyncGenerator<string> {
  const counts: Record<string, number> = {};
  for (const { name } of TABLES) {
    const [row] = await snapshot.read<{ count: number }>(`SELECT count(*) AS count FROM ${name}`);
    counts[name] = row!.count;
  }
  const total = Object.values(counts).reduce((sum, count) => sum + count);
  const hash = createHash('sha256');
  let rows = 0;
  const header = `${formatHeader(at, counts)}\n`;
  hash.update(header);
  yield header;
  for (const table of TABLES) {
    const isContinued = table === ENTRIES && interrupted;
    const pages = isContinued ? continuedPages(snapshot, interrupted) : pagesOf(snapshot, table);
    for await (const page of pages) {
      const text = page.map((row) => `${formatRow(table, row)}\n`).join('');
      hash.update(text);
      yield text;
      rows += page.length;
      onProgress(rows, total);
    }
  }
  yield `${formatTrailer({ rows, sha256: hash.digest('hex') })}\n`;
}
