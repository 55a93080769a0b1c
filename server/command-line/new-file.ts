import { randomUUID } from 'node:crypto';
import { access, link, open, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/**
 * Creates a file that only this user can read, all of it or nothing: it is written under a temporary name beside it,
 * synced to disk, and only then gets its name. An existing file is never replaced.
 * @param write writes the file under the temporary name, where an empty file is.
 * @param options.isResumable whether the file stays under its temporary name if writing it fails.
 * @throws {Error} a sentence if the file exists, or its folder does not.
 */
export async function createFile<T>(
  file: string,
  write: (temporary: string) => Promise<T>,
  { isResumable = false } = {},
): Promise<T> {
  const path = resolve(file);
  if (await exists(path)) throw alreadyThere(path, await unfinishedFiles(path));
  if (!(await exists(dirname(path)))) throw new Error(`The folder ${dirname(path)} does not exist.`);
  const temporary = `${path}.${randomUUID().slice(0, 8)}.partial`;
  await (await open(temporary, 'wx', 0o600)).close();
  let isWritten = false;
  try {
    const result = await write(temporary);
    isWritten = true;
    await sync(temporary);
    // Unlike a renaming, this fails if the file has been created in the meantime.
    await link(temporary, path).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'EEXIST' ? alreadyThere(path) : error;
    });
    return result;
  } finally {
    if (isWritten || !isResumable) await rm(temporary, { force: true });
    await sync(dirname(path));
  }
}

/** Returns the temporary names under which a file was written and not finished, the oldest first. */
export async function unfinishedFiles(file: string): Promise<string[]> {
  const path = resolve(file);
  const names = (await readdir(dirname(path))).filter(
    (name) => name.startsWith(`${basename(path)}.`) && TEMPORARY.test(name.slice(basename(path).length)),
  );
  const files = names.map(async (name) => {
    const temporary = join(dirname(path), name);
    return { temporary, changed: (await stat(temporary)).mtimeMs };
  });
  return (await Promise.all(files)).sort((a, b) => a.changed - b.changed).map(({ temporary }) => temporary);
}

/** What is appended to the name of a file while it is written. */
const TEMPORARY = /^\.[0-9a-f]{8}\.partial$/;

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function alreadyThere(path: string, unfinished: readonly string[] = []): Error {
  const leftover = unfinished.map(
    (name) => ` ${name} is left of an attempt that was interrupted; delete it.`,
  );
  return new Error(`${path} exists already, and is not replaced. Choose another name.${leftover.join('')}`);
}

/** Waits until a file, or the names in a folder, are on the disk. */
async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
