import { z } from 'zod';
import type { Value } from '../sql/database';
import { TABLES, type Table } from './tables';

/*
 * An export is a text of lines, each a JSON value (NDJSON):
 *
 *   {"format":"parley","version":2,"at":"2026-11-20T09:00:00.000Z","tables":{"settings":2,"entries":10000,…}}
 *   ["settings","epoch","k3x9a"]
 *   …
 *   {"rows":10023,"sha256":"…"}
 *
 * The first line counts the rows of each table. Each row names its table, and has its columns in the order of TABLES. The
 * last line proves that the export is complete: it has the SHA-256 of all lines before it.
 */

/** Changes with the tables and their columns. */
const VERSION = 2;

const HEADER = z.object({
  format: z.literal('parley'),
  version: z.number(),
  at: z.iso.datetime(),
  tables: z.record(z.string(), z.int().min(0)),
});
const ROW = z.tuple([z.string()], z.union([z.string(), z.int(), z.null()]));
const TRAILER = z.object({ rows: z.int(), sha256: z.string() });

/** The first line of an export. */
export type Header = z.output<typeof HEADER>;
/** The last line of an export. */
export type Trailer = z.output<typeof TRAILER>;

/** A row of a table, with its values in the order of the columns. */
export interface Row {
  table: Table;
  values: Value[];
}

export function formatHeader(at: Date, tables: Header['tables']): string {
  return JSON.stringify({
    format: 'parley',
    version: VERSION,
    at: at.toISOString(),
    tables,
  } satisfies Header);
}

/** @throws {Error} a sentence, unless it is the first line of an export that this version can read. */
export function parseHeader(line: string): Header {
  const { data: header } = HEADER.safeParse(parse(line));
  if (!header) throw new Error('This is not an export of Parley.');
  if (header.version !== VERSION)
    throw new Error(
      'This export was made by another version of Parley. Export and import with the same one.',
    );
  return header;
}

export function formatRow({ name, columns }: Table, row: Readonly<Record<string, Value>>): string {
  const values = Object.keys(columns).map((column) => {
    const value = row[column]!;
    return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
  });
  return JSON.stringify([name, ...values]);
}

export function formatTrailer(trailer: Trailer): string {
  return JSON.stringify(trailer);
}

/** Parses a line after the first. @throws {Error} a sentence, if it is neither a row nor the last line. */
export function parseLine(line: string): Row | Trailer {
  const json = parse(line);
  if (!Array.isArray(json)) {
    const { data: trailer } = TRAILER.safeParse(json);
    if (trailer) return trailer;
  }
  const [name, ...values] = ROW.safeParse(json).data ?? [];
  const table = TABLES.find((table) => table.name === name);
  const types = Object.values(table?.columns ?? {});
  if (!table || types.length !== values.length) throw new Error('This export is damaged: a line has no row.');
  return {
    table,
    values: values.map((value, i) =>
      types[i] === 'bytes' && typeof value === 'string' ? Buffer.from(value, 'hex') : value,
    ),
  };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
