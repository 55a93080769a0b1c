import { readdirSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const DIAGRAMS = readFileSync(join(ROOT, 'README.md'), 'utf8')
  .split('```mermaid')
  .slice(1)
  .map((diagram) => diagram.split('```')[0]!.match(/[\w-]+ --> [\w-]+/g) ?? []);

/** Returns the imports between the parts of a folder. A part is a folder or a file directly in it. */
function importsOf(folder: string): Map<string, Set<string>> {
  const imports = new Map<string, Set<string>>();
  for (const file of readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    const from = partOf(file);
    const targets = imports.get(from) ?? new Set();
    imports.set(from, targets);
    for (const [, path] of readFileSync(join(ROOT, folder, file), 'utf8').matchAll(/ from '(\.[^']*)'/g)) {
      const target = normalize(join(file, '..', path!));
      if (!target.startsWith('..') && partOf(target) !== from) targets.add(partOf(target));
    }
  }
  return imports;
}

function partOf(path: string): string {
  return path.split('/')[0]!.replace(/\.[tj]s$/, '');
}

/** Returns the imports that are not also reachable through other imports (the transitive reduction). */
function withoutShortcuts(imports: Map<string, Set<string>>): string[] {
  const reachable = (from: string, except: string, seen = new Set<string>()): Set<string> => {
    for (const next of imports.get(from) ?? []) {
      if (next === except || seen.has(next)) continue;
      seen.add(next);
      reachable(next, '', seen);
    }
    return seen;
  };
  return [...imports].flatMap(([from, targets]) =>
    [...targets].filter((to) => !reachable(from, to).has(to)).map((to) => `${from} --> ${to}`),
  );
}

describe('the diagrams in README.md', () => {
  it.each([
    ['server', 0],
    ['static', 1],
  ])('show the imports between the parts of %s/', (folder, i) => {
    expect([...DIAGRAMS[i]!].sort()).toEqual(withoutShortcuts(importsOf(folder)).sort());
  });
});
