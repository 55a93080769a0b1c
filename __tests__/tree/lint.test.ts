import { Linter, type Rule } from 'eslint';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parser } from 'typescript-eslint';
import { createTemporaryFolder } from '../support/temporary-folder';

const browserSupport = jest.requireActual<Rule.RuleModule>('../../lint/browser-support.cjs');

/** Runs the rule on a script of the page. @returns the messages. */
function lint(code: string): string[] {
  const { path: folder, remove } = createTemporaryFolder();
  const filename = join(folder, 'page.ts');
  writeFileSync(filename, code);
  const compilerOptions = { target: 'ES2022', lib: ['ESNext', 'DOM', 'DOM.Iterable'], types: [] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['page.ts'] }));
  const messages = new Linter({ cwd: folder }).verify(
    code,
    {
      files: ['**/*.ts'],
      languageOptions: { parser, parserOptions: { project: join(folder, 'tsconfig.json') } },
      plugins: { page: { rules: { 'browser-support': browserSupport } } },
      rules: { 'page/browser-support': ['error', { chrome: 111, firefox: 121, safari: 16.4 }] },
    },
    { filename },
  );
  remove();
  return messages.map(({ message }) => message);
}

describe('the lint rule for browser support', () => {
  it.each([
    ['URL.canParse("x");', 'URL.canParse is not in Chrome 111, Safari 16.4.'],
    ['Promise.withResolvers();', 'PromiseConstructor.withResolvers is not in Chrome 111, Safari 16.4.'],
    ['new Set([1]).union(new Set());', 'Set.union is not in Chrome 111, Firefox 121, Safari 16.4.'],
    [
      'document.body.showPopover();',
      'HTMLElement.showPopover is not in Chrome 111, Firefox 121, Safari 16.4.',
    ],
    ['new Intl.Segmenter();', 'Intl.Segmenter is not in Firefox 121.'],
    ['const { canParse } = URL;', 'URL.canParse is not in Chrome 111, Safari 16.4.'],
    [
      'document.startViewTransition(() => {});',
      'Document.startViewTransition is not in Firefox 121, Safari 16.4.',
    ],
    ['new URLPattern();', 'URLPattern is not in'],
  ])('forbids what one of the oldest browsers lacks: %s', (code, message) => {
    expect(lint(code)).toEqual([expect.stringContaining(message)]);
  });

  it.each([
    'new URL("x").searchParams.get("a");',
    '[1].toSorted().at(-1);',
    'document.body.replaceChildren(); document.body.ariaLabel = "x";',
    'structuredClone({}); fetch("/").then((answer) => answer.json());',
    'const own = { canParse: () => true }; own.canParse();',
  ])('allows what all of them have: %s', (code) => {
    expect(lint(code)).toEqual([]);
  });
});
