import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyPatch, type Patch } from '../patch';
import { copyBuild, type Build } from '../soak/build';

/** Copies the built server, and changes it. @throws {Error} if a text to patch is missing, or occurs more than once. */
export function copyPatched(patches: readonly Patch[]): Build {
  const build = copyBuild();
  try {
    for (const patch of patches) {
      const path = join(build.folder, patch.file);
      writeFileSync(path, applyPatch(readFileSync(path, 'utf8'), patch));
    }
  } catch (error) {
    build.remove();
    throw error;
  }
  return build;
}
