import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';
import type { LogClass } from './world';

/** A way to write the log wrong. */
export interface Mistake {
  name: string;
  /** The invariants of which it breaks one. */
  breaks: string[];
  /** In the sources, each text exactly once: what it is, and what it becomes. */
  patches: { file: string; from: string; to: string }[];
}

/** Loads what the log takes from Node and from packages. */
const packages = createRequire(__filename);
const SERVER = join(__dirname, '..', '..', 'server');

/** Builds the log with a mistake, in memory. @throws {Error} if a text to change is not there, or more than once. */
export function mistakenLog({ name, patches }: Mistake): LogClass {
  const modules = new Map<string, object>();
  const left = new Set(patches);
  const load = (file: string): object => {
    const known = modules.get(file);
    if (known) return known;
    let text = readFileSync(join(SERVER, file), 'utf8');
    for (const patch of patches.filter((one) => one.file === file)) {
      if (text.split(patch.from).length !== 2) {
        throw new Error(`"${name}" does not find "${patch.from}" once in ${file}.`);
      }
      text = text.replace(patch.from, patch.to);
      left.delete(patch);
    }
    const { outputText } = transpileModule(text, {
      compilerOptions: { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022 },
    });
    const exports = {};
    modules.set(file, exports);
    // Not by `node:vm`: it has to see the globals that the scheduler replaces, which under jest are not the process's.
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    const evaluate = new Function('exports', 'require', outputText) as (...args: unknown[]) => void;
    evaluate(exports, (path: string): unknown =>
      path.startsWith('.') ? load(`${join(dirname(file), path)}.ts`) : (packages(path) as unknown),
    );
    return exports;
  };
  const { Log } = load('log/log.ts') as { Log: LogClass };
  if (left.size > 0) throw new Error(`"${name}" changes a file that the log does not use.`);
  return Log;
}
