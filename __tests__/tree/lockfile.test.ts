import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The least versions without a known way to bring a server down, or to run code in it. */
const LEAST: Record<string, string> = {
  'engine.io': '6.6.10',
  'socket.io-parser': '4.2.7',
  ejs: '3.1.10',
  qs: '6.14.1',
  ws: '8.23.0',
};

interface Lockfile {
  packages: Record<string, { version?: string }>;
}

const { packages } = JSON.parse(
  readFileSync(join(__dirname, '..', '..', 'package-lock.json'), 'utf8'),
) as Lockfile;

/** Every copy of a package, wherever in the tree. */
const copies = (name: string): [path: string, version: string][] =>
  Object.entries(packages)
    .filter(([path]) => path.endsWith(`node_modules/${name}`))
    .map(([path, { version = '' }]) => [path, version]);

/** Whether a version is another or later. */
function reaches(version: string, least: string): boolean {
  const [own, other] = [version, least].map((text) => text.split('.').map(Number)) as [number[], number[]];
  const i = own.findIndex((part, at) => part !== other[at]);
  return i < 0 || own[i]! > other[i]!;
}

describe('the lockfile', () => {
  it.each(Object.entries(LEAST))('holds %s, and no copy of it under %s', (name, least) => {
    const found = copies(name);
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter(([, version]) => !reaches(version, least))).toEqual([]);
  });

  it.each([
    ['8.23.0', '8.23.0', true],
    ['8.22.9', '8.23.0', false],
    ['9.0.0', '8.23.0', true],
    ['6.6.9', '6.6.10', false],
    ['10.0.0', '9.9.9', true],
  ])('is read as versions are ordered: %s against %s', (version, least, expected) => {
    expect(reaches(version, least)).toBe(expected);
  });
});
