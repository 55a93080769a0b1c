import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { z } from 'zod';
import { mismatchAfter, startOfChain, type ChainedEntry } from '../../log/chain';
import { ExportReader } from './reader';
import { ENTRIES } from './tables';

const ENTRY = z.object({
  room: z.string(),
  seq: z.int(),
  type: z.string(),
  in_history: z.int(),
  id: z.string(),
  visitor: z.string(),
  username: z.string(),
  body: z.string(),
  at: z.int(),
  seal: z.instanceof(Uint8Array),
  hash: z.instanceof(Uint8Array),
});

/** A row of the table of entries. */
export type EntryRow = z.output<typeof ENTRY>;

/** The most entries of a run, and the most bytes of their bodies after which it ends. */
const RUN = 5_000;
const RUN_BYTES = 1024 * 1024;

/** The file of an export that was interrupted: a first part of it. */
export class InterruptedExport {
  /** How many of its entries are in the new export. */
  reused = 0;

  constructor(readonly file: string) {}

  /**
   * Reads the entries, in runs of consecutive ones of a room. The hash chain proves that a run is as it was written,
   * provided that its last hash is. Ends where the file ends, is torn or is damaged.
   */
  async *runs(): AsyncGenerator<EntryRow[]> {
    let run: EntryRow[] = [];
    let bytes = 0;
    let last: ChainedEntry | undefined;
    for await (const row of entriesIn(this.file)) {
      const entry = { ...row, seal: hex(row.seal), hash: hex(row.hash) };
      const isNewRoom = entry.room !== last?.room;
      if (last && isNewRoom && Buffer.compare(Buffer.from(entry.room), Buffer.from(last.room)) < 0) break;
      const previous = last && !isNewRoom ? last : startOfChain(entry.room);
      if (mismatchAfter(previous, entry) !== undefined) break;
      if (run.length > 0 && (isNewRoom || run.length === RUN || bytes > RUN_BYTES)) {
        yield run;
        [run, bytes] = [[], 0];
      }
      run.push(row);
      bytes += row.body.length;
      last = entry;
    }
    if (run.length > 0) yield run;
  }

  /** Removes the file: the new export has all of it that is of use. */
  async discard(): Promise<void> {
    await rm(this.file, { force: true });
  }
}

async function* entriesIn(file: string): AsyncGenerator<EntryRow> {
  const input = createReadStream(file);
  try {
    const reader = await ExportReader.open(input);
    for (let row = await reader.next(); row; row = await reader.next()) {
      if (row.table !== ENTRIES) continue;
      const { values } = row;
      yield ENTRY.parse(Object.fromEntries(Object.keys(ENTRIES.columns).map((name, i) => [name, values[i]])));
    }
  } catch (error) {
    // Anything else than a failure to read is its end.
    if ((error as NodeJS.ErrnoException).code !== undefined) throw error;
  } finally {
    input.destroy();
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}
