import type { Value } from '../sql/database';
import type { Snapshot } from '../sql/snapshot';
import type { Table } from './tables';

/** The rows that are read at a time. */
const PAGE = 500;

/** A row of a table, by its columns. */
export type Row = Record<string, Value>;

/** The values of a table's key. */
export type Key = readonly Value[];

/** Reads the rows of a table in the order of its key: all, or those between two keys. */
export async function* pagesOf(
  snapshot: Snapshot,
  { name, key, columns }: Table,
  { after, before }: { after?: Key | undefined; before?: Key } = {},
): AsyncGenerator<Row[]> {
  const tuple = `(${key.join(', ')})`;
  const values = `(${key.map(() => '?').join(', ')})`;
  for (let last = after; ;) {
    const bounds = [...(last ? [`${tuple} > ${values}`] : []), ...(before ? [`${tuple} < ${values}`] : [])];
    const page = await snapshot.read<Row>(
      `SELECT ${Object.keys(columns).join(', ')} FROM ${name}
        ${bounds.length > 0 ? `WHERE ${bounds.join(' AND ')}` : ''} ORDER BY ${key.join(', ')} LIMIT ${PAGE}`,
      ...(last ?? []),
      ...(before ?? []),
    );
    if (page.length === 0) return;
    yield page;
    const end = page.at(-1)!;
    last = key.map((column) => end[column]!);
  }
}
