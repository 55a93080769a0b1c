import { randomUUID } from 'node:crypto';
import { access, link, open, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * Creates a file that only this user can read, all of it or nothing: it is written under a temporary name beside it,
 * synced to disk, and only then gets its name. An existing file is never replaced.
 * @param write writes the file under the temporary name, where an empty file is.
 * @throws {Error} a sentence if the file exists, or its folder does not.
 */
export async function createFile<T>(file: string, write: (temporary: string) => Promise<T>): Promise<T> {
  const path = resolve(file);
  if (await exists(path)) throw alreadyThere(path);
  if (!(await exists(dirname(path)))) throw new Error(`The folder ${dirname(path)} does not exist.`);
  const temporary = `${path}.${randomUUID().slice(0, 8)}.partial`;
  await (await open(temporary, 'wx', 0o600)).close();
  try {
    const result = await write(temporary);
    await sync(temporary);
    // Unlike a renaming, this fails if the file has been created in the meantime.
    await link(temporary, path).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'EEXIST' ? alreadyThere(path) : error;
    });
    return result;
  } finally {
    await rm(temporary, { force: true });
    await sync(dirname(path));
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function alreadyThere(path: string): Error {
  return new Error(`${path} exists already, and is not replaced. Choose another name.`);
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
