import Database from 'better-sqlite3';
import { addFunctions } from './migration-functions';
import { MIGRATIONS } from './schema';

/** Migrates a database to the current schema in one transaction; if a step fails, it is unchanged. */
export function migrate(db: Database.Database): void {
  const version = versionOf(db);
  if (version === MIGRATIONS.length) return;
  // Overwrite what a step drops.
  db.pragma('secure_delete = ON');
  addFunctions(db);
  db.transaction(() => {
    for (const step of MIGRATIONS.slice(version)) db.exec(step);
    db.pragma(`user_version = ${MIGRATIONS.length}`);
  }).immediate();
}

/**
 * Checks that a database has the schema of its version. It may have tables of other programs as well.
 * @throws {Error} a sentence for the operator.
 */
export function checkSchema(db: Database.Database): void {
  const version = versionOf(db);
  if (version > MIGRATIONS.length) throw new Error('it was written by a newer version of Parley.');
  const expected = new Database(':memory:');
  try {
    addFunctions(expected);
    for (const step of MIGRATIONS.slice(0, version)) expected.exec(step);
    const there = new Set(partsOf(db));
    const missing = partsOf(expected).filter((part) => !there.has(part));
    if (version > 0 && missing.length === 0) return;
    if (version === 0 && there.size === 0) return;
  } finally {
    expected.close();
  }
  throw new Error(
    'it is not a database of Parley, or another program has changed its schema. It was left as it was.',
  );
}

/** Whether a database has the current schema. */
export function isCurrent(db: Database.Database): boolean {
  return versionOf(db) === MIGRATIONS.length;
}

export function versionOf(db: Database.Database): number {
  return db.pragma('user_version', { simple: true }) as number;
}

/** Names each column and index, with what tells two of them apart. */
function partsOf(db: Database.Database): string[] {
  return db
    .prepare<[], string>(
      `SELECT s.type || ' ' || s.name || ' ' || ifnull(c.name || ' ' || c.type || ' ' || c.pk, s.tbl_name)
       FROM sqlite_schema AS s LEFT JOIN pragma_table_xinfo(s.name) AS c ON s.type = 'table'
       WHERE s.type IN ('table', 'index') AND s.name NOT LIKE 'sqlite_%'`,
    )
    .pluck()
    .all();
}
