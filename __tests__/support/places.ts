import Database from 'better-sqlite3';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TABLES, type Table } from '../../server/stores/transfer/tables';
import { openStores, type Stores } from '../../server/stores/open';
import { settingsOf } from './backends';
import { createDatabase, createMigratedDatabase, type TestDatabase } from './postgres';
import { hasPostgres } from './postgres-programs';
import { createTemporaryFolder } from './temporary-folder';

const TABLE_NAMES =
  "SELECT CAST(table_name AS text) AS name FROM information_schema.tables WHERE table_schema = 'public'";

/** What the suites run on: SQLite, unless jest.postgres.config.ts says otherwise. */
export const STORE = (globalThis as { STORE?: 'PostgreSQL' }).STORE ?? 'SQLite';

/** A database for the command-line program and for servers, which outlives them. */
export interface Place {
  /** The settings that name it. */
  settings: Record<string, string>;
  open: () => Promise<Stores>;
  /** Runs SQL on it beside Parley, with `?` for each value. Returns the rows. */
  query: (sql: string, ...values: readonly unknown[]) => Promise<Record<string, unknown>[]>;
  /**
   * Returns all that it has, to search for a text: the bytes of a SQLite file and its write-ahead log; the rows of
   * PostgreSQL, whose files keep removed ones until they are vacuumed.
   */
  stored: () => Promise<string>;
  remove: () => Promise<void>;
}

/** Creates a place of each kind, without a schema. */
export const PLACES: Record<string, () => Promise<Place>> = {
  SQLite: createFilePlace,
  ...(hasPostgres && { PostgreSQL: async () => placeOf(await createDatabase()) }),
};

/** Creates an empty place, on the store that the suites run on. */
export async function createPlace(): Promise<Place> {
  return STORE === 'SQLite' ? createFilePlace() : placeOf(await createMigratedDatabase());
}

async function createFilePlace(): Promise<Place> {
  const { path, remove } = createTemporaryFolder();
  const file = join(path, 'parley.db');
  return {
    settings: { DATABASE: file },
    open: () => openStores(file),
    query: async (sql, ...values) => {
      const db = new Database(file, { fileMustExist: true });
      try {
        const statement = db.prepare<unknown[], Record<string, unknown>>(sql);
        return statement.reader ? statement.all(...values) : (statement.run(...values), []);
      } finally {
        db.close();
      }
    },
    stored: async () => ['', '-wal'].map((end) => readFileSync(file + end, 'latin1')).join(''),
    remove: async () => remove(),
  };
}

/**
 * Returns a PostgreSQL database as a place.
 * @param url how servers reach it.
 */
export function placeOf({ query, remove, ...database }: TestDatabase, url = database.url): Place {
  return {
    settings: { DATABASE_URL: url },
    open: () => openStores(settingsOf(url)),
    query: (sql, ...values) => {
      let count = 0;
      return query(
        sql.replace(/\?/g, () => `$${(count += 1)}`),
        ...values,
      );
    },
    stored: async () => {
      const tables = await query<{ name: string }>(TABLE_NAMES);
      const rows = tables.map(({ name }) => query(`SELECT CAST(t AS text) FROM ${name} AS t`));
      return JSON.stringify(await Promise.all(rows));
    },
    remove,
  };
}

/** Returns all rows of the tables that are exported. */
export async function contentOf({ query }: Place): Promise<Record<string, unknown[]>> {
  const content: Record<string, unknown[]> = {};
  for (const { name, key, columns } of TABLES)
    content[name] = await query(
      `SELECT ${Object.keys(columns).join(', ')} FROM ${name} ORDER BY ${key.join(', ')}`,
    );
  return content;
}

/** The tables that stores fill in a way of their own: with values that depend on each other. */
const OWN_RULES = new Set(['settings', 'rooms', 'entries']);

/** Puts two rows into each table that has no rules of its own. Its texts have quotes, line ends and letters of all lengths. */
export async function fillTables({ query }: Place): Promise<void> {
  for (const table of TABLES)
    if (!OWN_RULES.has(table.name)) for (const i of [1, 2]) await query(insertion(table, i));
}

function insertion({ name, columns }: Table, i: number): string {
  const values = Object.entries(columns).map(([column, type]) => {
    if (column === 'visitor') return "'visitor'";
    // Visitors that others belong to.
    if (name === 'visitors' && column === 'id' && i === 1) return "'visitor'";
    if (column === 'locked' || column === 'archived') return '1';
    // As the counters of databases give them.
    if (column === 'id' && type === 'integer') return String(i);
    return type === 'integer' ? String(8_640_000_000_000_000 - i) : `'${column} ${i} ''"\\ \n ü€😀'`;
  });
  return `INSERT INTO ${name} (${Object.keys(columns).join(', ')}) VALUES (${values.join(', ')})`;
}
