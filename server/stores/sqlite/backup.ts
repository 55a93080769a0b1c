import Database from 'better-sqlite3';
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
    checkCopy(copy);
  } finally {
    await snapshot.close();
  }
}

/** @throws {Error} a sentence, if a copy is damaged. */
function checkCopy(copy: string): void {
  // Able to write, it removes the copy's write-ahead log when it is closed.
  const db = new Database(copy);
  try {
    const found = db.pragma('integrity_check(1)', { simple: true }) as string;
    if (found !== 'ok') throw new Error(`The database is damaged (${found.replaceAll('\n', ' ')}).`);
  } finally {
    db.close();
  }
}
