/** The exit codes of the program. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

/** What errors of the operating system mean to a person. */
const SENTENCES: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full.',
  EDQUOT: 'The disk quota is used up.',
  EACCES: 'This user may not open the file.',
  EPERM: 'This user may not do that.',
  EROFS: 'The file system is read-only.',
  ENOENT: 'The file does not exist.',
  ENOTDIR: 'A part of the path is not a folder.',
  EISDIR: 'That is a folder. Name a file.',
  EPIPE: 'The program that reads the output has ended.',
  SQLITE_FULL: 'The disk is full.',
  SQLITE_CORRUPT: 'The database is damaged. Restore a backup as the README says.',
  SQLITE_BUSY: 'Another program has locked the database. Try again.',
};

/** Returns what an error means, as a sentence that names the file. */
export function explain(error: unknown): string {
  // A stream that was aborted hides the reason.
  if (error instanceof Error && error.name === 'AbortError' && error.cause) return explain(error.cause);
  const { code = '', path, message } = error as NodeJS.ErrnoException;
  const sentence = SENTENCES[code];
  if (sentence === undefined) return message;
  return path === undefined ? sentence : `${path}: ${sentence}`;
}
