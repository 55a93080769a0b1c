import type { Guard, SqlDatabase, Statement } from '../sql/database';
import type { Row } from './format';
import type { ExportReader } from './reader';
import { TABLES } from './tables';
import { IMPORT_SETTING } from './unfinished';

/** How far an import into a database is: the rows that it has, and the digest of the export up to there. */
interface Mark {
  rows: number;
  sha256: string;
}

/** The rows of one transaction, and the most bytes of their texts after which it is committed. */
const BATCH = 500;
const BATCH_BYTES = 1024 * 1024;

/**
 * Imports an export into an empty database, or goes on with an import into it that was interrupted. Each transaction also
 * stores how far it is, so that no row is imported twice.
 * @param onProgress is called with the rows that are imported, and how many there are.
 * @throws {Error} a sentence. What is imported stays, and the database counts as unfinished until {@link finishImport}.
 */
export async function importRows(
  reader: ExportReader,
  database: SqlDatabase,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<void> {
  let mark = await begin(reader, database);
  const resumeAt = mark.rows;
  let batch: Row[] = [];
  let bytes = 0;
  const commit = async (): Promise<void> => {
    const next = { rows: reader.rows, sha256: reader.digest() };
    await advance(database, mark, next, batch);
    mark = next;
    [batch, bytes] = [[], 0];
    onProgress(reader.rows, reader.total);
    signal.throwIfAborted();
  };
  for (let row = await reader.next(); row; row = await reader.next()) {
    if (reader.rows < resumeAt) continue;
    if (reader.rows === resumeAt) {
      if (reader.digest() !== mark.sha256)
        throw new Error(
          'An import of another export into the database is unfinished. Finish that one, or import into a new database.',
        );
      continue;
    }
    batch.push(row);
    bytes += sizeOf(row);
    if (batch.length === BATCH || bytes > BATCH_BYTES) await commit();
  }
  if (batch.length > 0) await commit();
}

/** Declares a database imported. To be called once it is verified. */
export async function finishImport(
  database: SqlDatabase,
  ...statements: readonly Statement[]
): Promise<void> {
  await database.run(...statements, ['DELETE FROM settings WHERE name = ?', IMPORT_SETTING]);
}

/** Compares a database with the counts of an export. @throws {Error} a sentence if they differ. */
export async function checkCounts(
  { header }: ExportReader,
  database: Pick<SqlDatabase, 'read'>,
): Promise<void> {
  for (const { name } of TABLES) {
    const mark = name === 'settings' ? ` WHERE name <> '${IMPORT_SETTING}'` : '';
    const [row] = await database.read<{ count: number }>(`SELECT count(*) AS count FROM ${name}${mark}`);
    const expected = header.tables[name];
    if (row!.count !== expected)
      throw new Error(
        `The table ${name} has ${row!.count} rows, and the export ${expected}. Import into a new database.`,
      );
  }
}

/** Marks an empty database as unfinished. @returns how far the import is. */
async function begin(reader: ExportReader, database: SqlDatabase): Promise<Mark> {
  const [found] = await database.read<{ value: string }>(
    'SELECT value FROM settings WHERE name = ?',
    IMPORT_SETTING,
  );
  if (found) return JSON.parse(found.value) as Mark;
  const mark: Mark = { rows: 0, sha256: reader.digest() };
  const conflict = await database.runGuarded(
    TABLES.filter(({ name }) => name !== 'settings').map(({ name }): Guard => [
      name,
      [`SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM ${name})`],
    ]),
    [['INSERT INTO settings (name, value) VALUES (?, ?)', IMPORT_SETTING, JSON.stringify(mark)]],
  );
  if (conflict === 'done') return mark;
  throw new Error(`The database is not empty: its table ${conflict} has rows. Import into a new database.`);
}

async function advance(database: SqlDatabase, from: Mark, to: Mark, rows: readonly Row[]): Promise<void> {
  const outcome = await database.runGuarded(
    [
      [
        'moved',
        ['SELECT 1 FROM settings WHERE name = ? AND value = ?', IMPORT_SETTING, JSON.stringify(from)],
      ],
    ],
    [
      ...insertsOf(rows),
      ['UPDATE settings SET value = ? WHERE name = ?', JSON.stringify(to), IMPORT_SETTING],
    ],
  );
  if (outcome !== 'done') throw new Error('Another import into the database is running.');
}

/** Returns a statement for each run of rows of one table. */
function insertsOf(rows: readonly Row[]): Statement[] {
  return TABLES.flatMap((table): Statement[] => {
    const values = rows.filter((row) => row.table === table).map((row) => row.values);
    if (values.length === 0) return [];
    const columns = Object.keys(table.columns);
    const tuple = `(${columns.map(() => '?').join(', ')})`;
    const insert = `INSERT INTO ${table.name} (${columns.join(', ')}) VALUES ${values.map(() => tuple).join(', ')}`;
    // Opening a new database has given it an epoch.
    const replace =
      table.name === 'settings' ? ' ON CONFLICT (name) DO UPDATE SET value = excluded.value' : '';
    return [[insert + replace, ...values.flat()]];
  });
}

function sizeOf({ values }: Row): number {
  return values.reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 0), 0);
}
