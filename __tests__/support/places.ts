import Database from 'better-sqlite3';
import { join } from 'node:path';
import { TABLES, type Table } from '../../server/stores/transfer/tables';
import { openStores, type Stores } from '../../server/stores/open';
import { createTemporaryFolder } from './temporary-folder';
import { settingsOf } from './backends';
import { createDatabase, hasPostgres } from './postgres';

/** A database that does not exist yet, for the command-line program and for servers. */
export interface Place {
  /** The settings that name it. */
  settings: Record<string, string>;
  open: () => Promise<Stores>;
  /** Runs SQL on it beside Parley, without parameters. Returns the rows. */
  query: (sql: string) => Promise<Record<string, unknown>[]>;
  remove: () => Promise<void>;
}

/** Creates a place of each kind. */
export const PLACES: Record<string, () => Promise<Place>> = {
  SQLite: async () => {
    const { path, remove } = createTemporaryFolder();
    const file = join(path, 'parley.db');
    return {
      settings: { DATABASE: file },
      open: () => openStores(file),
      query: async (sql) => {
        const db = new Database(file, { fileMustExist: true });
        try {
          const statement = db.prepare(sql);
          return statement.reader ? (statement.all() as Record<string, unknown>[]) : (statement.run(), []);
        } finally {
          db.close();
        }
      },
      remove: async () => remove(),
    };
  },
  ...(hasPostgres && {
    PostgreSQL: async () => {
      const { url, query, remove } = await createDatabase();
      return {
        settings: { DATABASE_URL: url },
        open: () => openStores(settingsOf(url)),
        query: async (sql: string) => {
          const rows = await query(sql);
          return rows.map((row) => Object.fromEntries(Object.entries(row).map(comparable)));
        },
        remove,
      };
    },
  }),
};

/** The driver gives integers of 64 bits as texts; Parley's columns of such texts hold nothing else. */
function comparable([name, value]: [string, unknown]): [string, unknown] {
  return [name, typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value];
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
    if (column === 'locked') return '1';
    // As the counters of databases give them.
    if (column === 'id' && type === 'integer') return String(i);
    return type === 'integer' ? String(8_640_000_000_000_000 - i) : `'${column} ${i} ''"\\ \n ü€😀'`;
  });
  return `INSERT INTO ${name} (${Object.keys(columns).join(', ')}) VALUES (${values.join(', ')})`;
}
