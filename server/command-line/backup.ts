import { stat } from 'node:fs/promises';
import type { Config } from '../config/config';
import { copyDatabase } from '../stores/sqlite/backup';
import { createFile } from './new-file';
import { withProgress } from './progress';
import { print, type Terminal } from './terminal';

const MEGABYTE = 1024 * 1024;

/** Copies a SQLite database to a new file, and verifies the copy. @throws {Error} a sentence, if it is another database. */
export async function backUp(terminal: Terminal, config: Config, file: string): Promise<void> {
  if (!('file' in config.database)) throw new Error('Back up a PostgreSQL database with pg_dump.');
  const { file: database } = config.database;
  await createFile(file, async (temporary) => {
    await withProgress(terminal, 'Copying pages', (onProgress) =>
      copyDatabase(database, temporary, onProgress, terminal.interrupted),
    );
  });
  const { size } = await stat(file);
  print(
    terminal,
    `Copied ${database} to ${file} (${(size / MEGABYTE).toFixed(1)} MB), and verified the copy.`,
  );
}
