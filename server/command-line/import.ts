import { createReadStream } from 'node:fs';
import type { Config } from '../config/config';
import { verifyDatabase } from '../stores/sql/verify';
import { checkCounts, finishImport, importRows } from '../stores/transfer/import';
import { openImportTarget } from '../stores/open-beside';
import { ExportReader } from '../stores/transfer/reader';
import { withProgress } from './progress';
import { note, type Terminal } from './terminal';
import { summary } from './verify';

/** Imports an export into an empty database, or continues an import into it, and verifies the result. */
export async function importDatabase(terminal: Terminal, { database }: Config, file?: string): Promise<void> {
  const { interrupted } = terminal;
  // Nothing of an incomplete file is imported.
  if (file !== undefined) await check(terminal, file);
  const target = await openImportTarget(database);
  try {
    const reader = await ExportReader.open(file === undefined ? terminal.stdin : createReadStream(file));
    await withProgress(terminal, 'Importing rows', (onProgress) =>
      importRows(reader, target.database, onProgress, interrupted),
    );
    await checkCounts(reader, target.database);
    const { rooms, defects } = await withProgress(terminal, 'Verifying entries', (onProgress) =>
      verifyDatabase(target.database, onProgress, interrupted),
    );
    for (const defect of defects) note(terminal, defect);
    if (defects.length > 0)
      throw new Error('What was exported is damaged. Nothing may use the database it was imported into.');
    await finishImport(target.database, ...target.lastStatements);
    note(terminal, `Imported ${reader.rows.toLocaleString('en')} rows, and verified ${summary(rooms)}.`);
  } finally {
    await target.close();
  }
}

async function check(terminal: Terminal, file: string): Promise<void> {
  const reader = await ExportReader.open(createReadStream(file));
  await withProgress(terminal, 'Checking the export', async (onProgress) => {
    while (await reader.next()) {
      terminal.interrupted.throwIfAborted();
      if (reader.rows % 1_000 === 0) onProgress(reader.rows, reader.total);
    }
  });
}
