import type { InvitationStore } from '../accounts/invitations';
import type { DatabaseSettings } from '../config/config';
import { openPostgres } from './postgres/open';
import { PostgresSnapshot } from './postgres/snapshot';
import type { SqlDatabase, Statement } from './sql/database';
import { SqlInvitations } from './sql/invitations';
import type { Snapshot } from './sql/snapshot';
import { SqliteControl } from './sqlite/control';
import { openDatabase } from './sqlite/database';
import { SqliteSingleWrites } from './sqlite/single-writes';
import { SqliteSnapshot } from './sqlite/snapshot';
import { SqliteDatabase } from './sqlite/sql-database';
import { Writer } from './sqlite/writer';

/** A database to import into. No server can be started on it meanwhile. */
export interface ImportTarget {
  database: SqlDatabase;
  /** What is to be run after the last row. */
  lastStatements: readonly Statement[];
  close(): Promise<void>;
}

/** Opens a database to be read while servers run on it. @throws {Error} a sentence an operator can act on. */
export async function openSnapshot(settings: DatabaseSettings): Promise<Snapshot> {
  return 'file' in settings ? SqliteSnapshot.open(settings.file) : PostgresSnapshot.open(settings);
}

/**
 * Opens a database to import into. A SQLite file is created if it is missing.
 * @throws {Error} a sentence an operator can act on.
 */
export async function openImportTarget(settings: DatabaseSettings): Promise<ImportTarget> {
  if (!('file' in settings)) {
    const { sql, close } = await openPostgres({ ...settings, statementTimeout: STATEMENT_TIMEOUT }, true);
    return { database: sql, lastStatements: [CONTINUE_AUDIT_IDS], close };
  }
  const { db, close } = openDatabase(settings.file, true);
  const writer = new Writer(db.name);
  return {
    database: new SqliteDatabase(db, writer, new SqliteControl()),
    lastStatements: [],
    close: async () => {
      await writer.close();
      close();
    },
  };
}

/** Opens the invitations of a database, also while servers run on it. @throws {Error} a sentence an operator can act on. */
export async function openInvitations(
  settings: DatabaseSettings,
): Promise<{ invitations: InvitationStore; close: () => Promise<void> }> {
  if (!('file' in settings)) {
    const { sql, close } = await openPostgres(settings);
    return { invitations: new SqlInvitations(sql), close };
  }
  const database = SqliteSingleWrites.open(settings.file);
  return { invitations: new SqlInvitations(database), close: () => database.close() };
}

/** How long a statement of an import may take, in ms: it counts and compares whole tables. */
const STATEMENT_TIMEOUT = 60 * 60 * 1_000;

/** PostgreSQL has a counter of these ids, which does not know those that were given. */
const CONTINUE_AUDIT_IDS: Statement = [
  "SELECT setval(pg_get_serial_sequence('audit', 'id'), (SELECT max(id) FROM audit))",
];
