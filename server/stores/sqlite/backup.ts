import type { Snapshot } from '../sql/snapshot';
import { openBeside } from './beside';
import { SqliteSnapshot } from './snapshot';

/** The pages that are copied at a time: 4 MB, some milliseconds. */
const PAGES = 1_000;

/**
 * Copies a database into an empty file, while a server may write to it.
 * @param onProgress is called with the pages that are copied, and how many there are.
 * @throws the reason of `signal` once it is aborted.
 */
export async function copyDatabase(
  file: string,
  copy: string,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<void> {
  // SQLite begins a copy anew whenever another process writes, but not within a transaction.
  const snapshot = SqliteSnapshot.open(file);
  try {
    await snapshot.db.backup(copy, {
      progress: ({ totalPages, remainingPages }) => {
        signal.throwIfAborted();
        onProgress(totalPages - remainingPages, totalPages);
        return PAGES;
      },
    });
  } finally {
    await snapshot.close();
  }
}

/** Opens a copy to verify it. It is alone: once it is closed, nothing but the file is left. */
export function openCopy(copy: string): Snapshot {
  // Only a connection that may write removes the write-ahead log.
  const db = openBeside(copy, { readonly: false });
  return new SqliteSnapshot(db);
}
