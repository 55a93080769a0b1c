import { stat } from 'node:fs/promises';
import type { Config } from '../config/config';
import { verifyDatabase } from '../stores/sql/verify';
import { copyDatabase, openCopy } from '../stores/sqlite/backup';
import { createFile } from './new-file';
import { withProgress } from './progress';
import { note, print, type Terminal } from './terminal';
import { damageOf, summary } from './verify';

const MEGABYTE = 1024 * 1024;

/** Copies a SQLite database to a new file, and verifies the copy. @throws {Error} a sentence, if it is another database. */
export async function backUp(terminal: Terminal, config: Config, file: string): Promise<void> {
  if (!('file' in config.database))
    throw new Error(
      'This copies SQLite databases. Back up a PostgreSQL database with pg_dump, or with "parley export".',
    );
  const { file: database } = config.database;
  const verified = await createFile(file, async (temporary) => {
    await withProgress(terminal, 'Copying pages', (onProgress) =>
      copyDatabase(database, temporary, onProgress, terminal.interrupted),
    );
    return verifyCopy(terminal, temporary);
  });
  const { size } = await stat(file);
  print(
    terminal,
    `Copied ${database} to ${file} (${(size / MEGABYTE).toFixed(1)} MB), and verified ${verified}.`,
  );
}

/** @returns what was verified. @throws {Error} if the copy is damaged. */
async function verifyCopy(terminal: Terminal, copy: string): Promise<string> {
  const snapshot = openCopy(copy);
  try {
    const { rooms, defects } = await withProgress(terminal, 'Verifying entries', (onProgress) =>
      verifyDatabase(snapshot, onProgress, terminal.interrupted),
    );
    defects.push(...(await damageOf(snapshot)));
    for (const defect of defects) note(terminal, defect);
    if (defects.length > 0)
      throw new Error('The database is damaged, so the copy was not kept. Restore a backup.');
    return summary(rooms);
  } finally {
    await snapshot.close();
  }
}
