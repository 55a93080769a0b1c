import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A copy of the built server. */
export interface Build {
  folder: string;
  /** The path of `main.js`. */
  main: string;
  /** Where the server's stderr goes. */
  errors: 'inherit' | 'ignore';
  remove: () => void;
}

/** The root of this repository. */
export const ROOT = join(__dirname, '..', '..');

/** Copies a built server, so that it can be patched, and so that a rebuild does not change it during a run. */
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
