import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A server that was built, in a folder of its own. */
export interface Build {
  folder: string;
  /** Its entry. */
  main: string;
  /** Where its error lines go. */
  errors: 'inherit' | 'ignore';
  remove: () => void;
}

/** Where this source lies. */
export const ROOT = join(__dirname, '..', '..');

/** Copies a built server: what is built meanwhile, or done to the copy, does not reach the other. */
export function copyBuild(from = ROOT): Build {
  const folder = mkdtempSync(join(tmpdir(), 'parley-build-'));
  for (const part of ['dist', 'views', 'static', 'server/identity/confusables.txt', 'package.json']) {
    cpSync(join(from, part), join(folder, part), { recursive: true });
  }
  symlinkSync(join(from, 'node_modules'), join(folder, 'node_modules'));
  return {
    folder,
    main: join(folder, 'dist', 'main.js'),
    errors: 'inherit',
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
