import css from '@eslint/css';
import imports from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';
import browserSupport from './lint/browser-support.cjs';

/** The folders and files of the server and of the page, from top to bottom: each imports only what stands below it. */
const SERVER = [
  'main.ts',
  'app.ts',
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
];
const PAGE = ['pages', 'panels', 'timeline', 'composing', 'connection', 'browser'];
const TRANSPORTS = ['socketio', 'websocket', 'sse', 'poll'].map((name) => `./server/transports/${name}.ts`);

/** Forbids each layer to import one that stands above it. */
const downwards = (root, layers) =>
  layers.slice(1).map((layer, i) => ({
    target: `./${root}/${layer}`,
    from: layers.slice(0, i + 1).map((above) => `./${root}/${above}`),
    message: `Imports go downwards: ${layers.join(', ')}.`,
  }));

/** The oldest browsers that the page works in, as README.md states them. */
const OLDEST = { chrome: 111, edge: 111, firefox: 121, safari: 16.4, safari_ios: 16.4 };
/**
 * What a style may use beyond what all browsers had by the end of 2022. `color-mix` came with Chrome 111, Firefox 113
 * and Safari 16.2, `oklch` with Chrome 111, Firefox 113 and Safari 15.4, `:has()` with Firefox 121. Nothing is lost without the properties.
 */
const BEYOND_2022 = {
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
            ...downwards('server', SERVER),
            ...downwards('static', PAGE),
            ...TRANSPORTS.map((target) => ({
              target,
              from: TRANSPORTS.filter((other) => other !== target),
              message: 'Transports are siblings: what two of them need is a file of its own beside them.',
            })),
            {
              target: ['./server/routes', './server/transports'],
              from: ['./server/stores'],
              message: 'Only app.ts and main.ts name concrete stores.',
            },
            { target: './server/routes', from: TRANSPORTS },
            { target: './server', from: ['./static', './__tests__', './proofs'] },
          ],
        },
      ],
      'no-console': ['error', { allow: ['error'] }],
      // A store's calls are promises whether or not this backend needs to wait.
      '@typescript-eslint/require-await': 'off',
      // "earliest" beside a text: the compiler sees no difference, a reader does.
      '@typescript-eslint/no-redundant-type-constituents': 'off',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
    },
  },
  { files: ['server/main.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['server/!(main).ts', 'server/*/**/*.ts'],
    rules: { 'no-restricted-globals': ['error', 'process'] },
  },
  {
    files: ['static/**/*.ts'],
    plugins: { page: { rules: { 'browser-support': browserSupport } } },
    rules: { 'page/browser-support': ['error', OLDEST] },
  },
  {
    files: ['static/**/*.css'],
    plugins: { css },
    language: 'css/css',
    rules: {
      'css/no-invalid-properties': ['error', { allowUnknownVariables: true }],
      'css/use-baseline': ['error', { available: 2022, ...BEYOND_2022 }],
    },
  },
  { files: ['**/*.mjs'], extends: [tseslint.configs.disableTypeChecked] },
);
