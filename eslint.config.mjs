import css from '@eslint/css';
import imports from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';
import browserSupport from './lint/browser-support.cjs';

/** The folders and files of the server and of the page, from top to bottom: each may import only those below it. */
const SERVER = [
  'main.ts',
  'cli.ts',
  'app.ts',
  'command-line',
  'routes',
  'transports',
  'stores',
  'validation',
  'http',
  'chat',
  'accounts',
  'config',
  'access',
  'log',
  'identity',
  'refusal.ts',
  'wire.ts',
  'entry-kinds.ts',
  'words',
];
const PAGE = ['pages', 'panels', 'timeline', 'composing', 'connection', 'browser'];
const TRANSPORTS = ['socketio', 'websocket', 'sse', 'poll'].map((name) => `./server/transports/${name}.ts`);

/** Returns zones that forbid each layer to import those above it. */
const downwardsZones = (root, layers) =>
  layers.slice(1).map((layer, i) => ({
    target: `./${root}/${layer}`,
    from: layers.slice(0, i + 1).map((above) => `./${root}/${above}`),
    message: `Imports go downwards: ${layers.join(', ')}.`,
  }));

/** The oldest supported browsers, as stated in README.md. */
const OLDEST_BROWSERS = { chrome: 111, edge: 111, firefox: 121, safari: 16.4, safari_ios: 16.4 };
/**
 * What style sheets may use beyond Baseline 2022. All supported browsers have the functions and the selector:
 * `color-mix` since Chrome 111, Firefox 113 and Safari 16.2, `oklch` since Chrome 111, Firefox 113 and Safari 15.4,
 * `:has()` since Firefox 121. The page works without the properties.
 */
const BEYOND_BASELINE = {
  allowFunctions: ['color-mix', 'oklch'],
  allowProperties: [
    'accent-color',
    'forced-color-adjust',
    'mask-image',
    'outline',
    'overflow-anchor',
    'overscroll-behavior',
    'resize',
    'scrollbar-color',
    'scrollbar-width',
    'text-size-adjust',
    'user-select',
  ],
  allowSelectors: ['has'],
  allowPropertyValues: { 'font-family': ['ui-monospace'] },
};

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'data/'] },
  { files: ['**/*.{ts,mjs}'], extends: [tseslint.configs.recommendedTypeChecked] },
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { project: './tsconfig.json' } },
    plugins: { 'import-x': imports },
    settings: { 'import-x/resolver': { node: { extensions: ['.ts'] } } },
    rules: {
      'import-x/no-restricted-paths': [
        'error',
        {
          zones: [
            ...downwardsZones('server', SERVER),
            ...downwardsZones('static', PAGE),
            ...TRANSPORTS.map((target) => ({
              target,
              from: TRANSPORTS.filter((other) => other !== target),
              message: 'Transports are siblings: move what two of them share to a file of its own.',
            })),
            {
              target: ['./server/routes', './server/transports'],
              from: ['./server/stores'],
              message: 'Only app.ts and main.ts import concrete stores.',
            },
            { target: './server/routes', from: TRANSPORTS },
            { target: './server', from: ['./static', './__tests__', './proofs'] },
          ],
        },
      ],
      'no-console': ['error', { allow: ['error'] }],
      // The methods of a store interface are asynchronous, even where an implementation has nothing to await.
      '@typescript-eslint/require-await': 'off',
      // `'earliest' | string` is redundant for the compiler, and documents the value for the reader.
      '@typescript-eslint/no-redundant-type-constituents': 'off',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
    },
  },
  { files: ['server/main.ts'], rules: { 'no-console': 'off' } },
  {
    // The entries of the two programs, the server and the command line, pass on what the rest needs of the process.
    files: ['server/!(main|cli).ts', 'server/*/**/*.ts'],
    rules: { 'no-restricted-globals': ['error', 'process'] },
  },
  {
    files: ['static/**/*.ts'],
    plugins: { page: { rules: { 'browser-support': browserSupport } } },
    rules: {
      'page/browser-support': ['error', OLDEST_BROWSERS],
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '/server/',
              allowTypeImports: true,
              message: 'The page runs no code of the server but what static/shared builds for it.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['static/**/*.css'],
    plugins: { css },
    language: 'css/css',
    rules: {
      'css/no-invalid-properties': ['error', { allowUnknownVariables: true }],
      'css/use-baseline': ['error', { available: 2022, ...BEYOND_BASELINE }],
    },
  },
  { files: ['**/*.mjs'], extends: [tseslint.configs.disableTypeChecked] },
);
