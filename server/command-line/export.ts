import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Config } from '../config/config';
import { exportText } from '../stores/transfer/export';
import { openSnapshot } from '../stores/open-beside';
import { createFile } from './new-file';
import { withProgress } from './progress';
import { note, type Output, type Terminal } from './terminal';

/** Exports a database to a new file, or to stdout. */
export async function exportDatabase(terminal: Terminal, { database }: Config, file?: string): Promise<void> {
  const snapshot = await openSnapshot(database);
  try {
    const write = (output: Output, end: boolean) =>
      withProgress(terminal, 'Exporting rows', (onProgress) =>
        pipeline(Readable.from(exportText(snapshot, new Date(), onProgress)), output, {
          signal: terminal.interrupted,
          end,
        }),
      );
    if (file === undefined) await write(terminal.stdout, false);
    else await createFile(file, (temporary) => write(createWriteStream(temporary), true));
  } finally {
    await snapshot.close();
  }
  note(terminal, `Exported the database to ${file ?? 'stdout'}.`);
}
