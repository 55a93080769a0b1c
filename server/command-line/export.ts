import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Config } from '../config/config';
import { openSnapshot } from '../stores/open-beside';
import type { Snapshot } from '../stores/sql/snapshot';
import { exportText } from '../stores/transfer/export';
import { InterruptedExport } from '../stores/transfer/interrupted-export';
import { createFile, unfinishedFiles } from './new-file';
import { withProgress } from './progress';
import { note, type Output, type Terminal } from './terminal';

/** Exports a database to stdout or to a new file, continuing an export to that file that was interrupted. */
export async function exportDatabase(terminal: Terminal, { database }: Config, file?: string): Promise<void> {
  const snapshot = await openSnapshot(database);
  try {
    if (file === undefined) await write(terminal, snapshot, terminal.stdout);
    else
      await createFile(file, (temporary) => writeFile(terminal, snapshot, file, temporary), {
        isResumable: true,
      });
  } finally {
    await snapshot.close();
  }
  note(terminal, `Exported the database to ${file ?? 'stdout'}.`);
}

async function writeFile(
  terminal: Terminal,
  snapshot: Snapshot,
  file: string,
  temporary: string,
): Promise<void> {
  const earlier = (await unfinishedFiles(file)).filter((name) => name !== temporary);
  // An export removes the one that it continues once it has all of it. So of several, the oldest has the most.
  const [oldest, ...others] = earlier;
  for (const name of others) await rm(name, { force: true });
  const interrupted = oldest === undefined ? undefined : new InterruptedExport(oldest);
  if (interrupted) note(terminal, `Continuing the interrupted export in ${interrupted.file}.`);
  try {
    await write(terminal, snapshot, createWriteStream(temporary), interrupted);
  } catch (error) {
    const files = await unfinishedFiles(file);
    note(
      terminal,
      `To continue, run the export to this file again. Otherwise, delete ${files.join(' and ')}.`,
    );
    throw error;
  }
  if (interrupted)
    note(terminal, `${interrupted.reused.toLocaleString('en')} entries had been exported before.`);
}

function write(
  terminal: Terminal,
  snapshot: Snapshot,
  output: Output,
  interrupted?: InterruptedExport,
): Promise<void> {
  return withProgress(terminal, 'Exporting rows', (onProgress) =>
    pipeline(Readable.from(exportText(snapshot, new Date(), onProgress, interrupted)), output, {
      signal: terminal.interrupted,
      end: output !== terminal.stdout,
    }),
  );
}
