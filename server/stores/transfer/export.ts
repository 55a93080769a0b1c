import { createHash } from 'node:crypto';
import type { Value } from '../sql/database';
import type { Snapshot } from '../sql/snapshot';
import { formatHeader, formatRow, formatTrailer } from './format';
import { TABLES, type Table } from './tables';

/** The rows that are read at a time. */
const PAGE = 500;

type Row = Record<string, Value>;

/**
 * Exports all that belongs to the chat in a database, in the format of format.ts.
 * @param onProgress is called with the rows that are exported, and how many there are.
 * @returns the text, in parts of some lines each.
 */
export async function* exportText(
  snapshot: Snapshot,
  at: Date,
  onProgress: (done: number, total: number) => void,
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
    for await (const page of pagesOf(snapshot, table)) {
      const text = page.map((row) => `${formatRow(table, row)}\n`).join('');
      hash.update(text);
      yield text;
      rows += page.length;
      onProgress(rows, total);
    }
  }
  yield `${formatTrailer({ rows, sha256: hash.digest('hex') })}\n`;
}

/** Reads a table in the order of its key. */
async function* pagesOf(snapshot: Snapshot, { name, key, columns }: Table): AsyncGenerator<Row[]> {
  const select = `SELECT ${Object.keys(columns).join(', ')} FROM ${name}`;
  const order = `ORDER BY ${key.join(', ')} LIMIT ${PAGE}`;
  const after = `(${key.join(', ')}) > (${key.map(() => '?').join(', ')})`;
  let page = await snapshot.read<Row>(`${select} ${order}`);
  while (page.length > 0) {
    yield page;
    const last = page.at(-1)!;
    page = await snapshot.read<Row>(
      `${select} WHERE ${after} ${order}`,
      ...key.map((column) => last[column]!),
    );
  }
}
