/** Returns why a database can't be opened, as a sentence an operator can act on. */
export function openingError(path: string, error: unknown): Error {
  return new Error(`The database ${path} can't be opened: ${reason(error)}`, { cause: error });
}

function reason(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code === 'SQLITE_BUSY') return 'another Parley is running on it.';
  if (
    code.startsWith('SQLITE_CANTOPEN') ||
    code.startsWith('SQLITE_READONLY') ||
    code === 'EACCES' ||
    code === 'EROFS'
  ) {
    return 'its folder or the file is not writable.';
  }
  if (code === 'ENOENT') return 'the folder above it is missing.';
  if (code === 'ENOTDIR') return 'its folder is not a folder.';
  if (code === 'SQLITE_NOTADB') return 'the file is not a SQLite database.';
  if (code.startsWith('SQLITE_CORRUPT')) return 'it is damaged. Restore a backup as the README says.';
  if (code === 'SQLITE_FULL' || code === 'ENOSPC') return 'the disk is full.';
  return message;
}
