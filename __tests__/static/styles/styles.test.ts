import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(__dirname, '..', '..', '..', 'static', 'styles');
const sheets = readdirSync(folder).filter((name) => name.endsWith('.css'));

it.each(sheets)(
  '%s has no rule with :has(), which restyles the whole log whenever anything changes',
  (name) => {
    expect(readFileSync(join(folder, name), 'utf8')).not.toContain(':has(');
  },
);

/** Declarations that name the left or the right, and shorthands of four values of which those two differ. */
const PHYSICAL =
  /(?:(?:margin|padding|border|inset)-(?:left|right)|(?<![\w-])(?:left|right)|border-(?:top|bottom)-(?:left|right)-radius)\s*:|(?:text-align|float|clear):\s*(?:left|right)/;
const SHORTHAND = /(?:margin|padding|inset|border-width):\s*(\S+) (\S+) (\S+) (\S+);/;

it.each(sheets)('%s mirrors itself where the page is read from right to left', (name) => {
  const declarations = readFileSync(join(folder, name), 'utf8')
    .replace(/\/\*.*?\*\//gs, '')
    // The arguments of functions have spaces of their own.
    .replace(/(?<!var|env)\((?:[^()]|\([^()]*\))*\)/g, '()')
    .split('\n')
    .map((line) => line.trim());
  const physical = declarations.filter((line) => {
    const [, , right, , left] = SHORTHAND.exec(line) ?? [];
    return PHYSICAL.test(line) || right !== left;
  });
  // The chevron is turned by a rule of its own, and the menu is placed by its script.
  const mirroredOtherwise = [
    'border-width: 0 1.5px 1.5px 0;',
    'inset: var(--top, 30%) auto auto var(--left, 30%);',
  ];
  expect(physical.filter((line) => !mirroredOtherwise.includes(line))).toEqual([]);
});
