import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ModuleKind, preProcessFile, ScriptTarget, transpileModule } from 'typescript';
import { createTemporaryFolder } from '../../__tests__/support/temporary-folder';
import { applyPatch, type Patch } from '../patch';
import type { Property } from './checker';
import type { LogClass } from './environment';

/** A mistake in the log, which the simulator must detect. */
export interface Mistake {
  name: string;
  /** The properties of which it violates one. */
  violates: Property[];
  /** The names of their files are relative to `server/`. */
  patches: readonly Patch[];
}

const ROOT = join(__dirname, '..', '..');
const ENTRY = 'log/log.ts';

/**
 * Compiles the log with a mistake to a temporary folder, and loads it.
 * @throws {Error} if a text to patch is missing or occurs more than once, or if the log does not import its file.
 */
export function loadMistakenLog({ name, patches }: Mistake): LogClass {
  const { path: folder, remove } = createTemporaryFolder();
  try {
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const files = new Set([ENTRY]);
    // The iteration includes the files that are added during it.
    for (const file of files) compile(file, folder, patches).forEach((imported) => files.add(imported));
    const unused = patches.find(({ file }) => !files.has(file));
    if (unused) throw new Error(`The log does not import ${unused.file}.`);
    const main = join(folder, toJs(ENTRY));
    return (createRequire(main)(main) as { Log: LogClass }).Log;
  } catch (error) {
    throw new Error(`The mistake "${name}" can't be made: ${(error as Error).message}`);
  } finally {
    remove();
  }
}

/** Compiles a file of the server with its patches. @returns the files that it imports. */
function compile(file: string, folder: string, patches: readonly Patch[]): string[] {
  const source = readFileSync(join(ROOT, 'server', file), 'utf8');
  const patched = patches.filter((patch) => patch.file === file).reduce(applyPatch, source);
  const { outputText } = transpileModule(patched, {
    compilerOptions: { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022 },
  });
  const output = join(folder, toJs(file));
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, outputText);
  // The output, unlike the source, has no imports of types.
  const { importedFiles } = preProcessFile(outputText, true, true);
  return importedFiles
    .filter(({ fileName }) => fileName.startsWith('.'))
    .map(({ fileName }) => `${join(dirname(file), fileName)}.ts`);
}

function toJs(file: string): string {
  return file.replace(/\.ts$/, '.js');
}
