import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The oldest versions without a known vulnerability that could crash the server or run code in it. */
const OLDEST_SAFE: Record<string, string> = {
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

/** Returns every copy of a package, anywhere in the tree. */
const copiesOf = (name: string): [path: string, version: string][] =>
  Object.entries(packages)
    .filter(([path]) => path.endsWith(`node_modules/${name}`))
    .map(([path, { version = '' }]) => [path, version]);

/** Whether a version is a minimum version or later. */
function isAtLeast(version: string, minimum: string): boolean {
  const [own, other] = [version, minimum].map((text) => text.split('.').map(Number)) as [number[], number[]];
  const i = own.findIndex((part, at) => part !== other[at]);
  return i < 0 || own[i]! > other[i]!;
}

describe('the lockfile', () => {
  it.each(Object.entries(OLDEST_SAFE))('has %s, and no copy older than %s', (name, minimum) => {
    const copies = copiesOf(name);
    expect(copies.length).toBeGreaterThan(0);
    expect(copies.filter(([, version]) => !isAtLeast(version, minimum))).toEqual([]);
  });

  it.each([
    ['8.23.0', '8.23.0', true],
    ['8.22.9', '8.23.0', false],
    ['9.0.0', '8.23.0', true],
    ['6.6.9', '6.6.10', false],
    ['10.0.0', '9.9.9', true],
  ])('is checked by comparing versions as numbers: %s against %s', (version, minimum, expected) => {
    expect(isAtLeast(version, minimum)).toBe(expected);
  });
});
