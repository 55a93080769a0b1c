import css from '@eslint/css';
import imports from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';
import browserSupport from './lint/browser-support.cjs';

/** The order of the house: what stands in a list may import what stands in the lists before it, and not after. */
const LAYERS = [
  ['wire'],
  [
    'refusal',
    'secret',
    'address',
    'cookies',
    'devices',
    'name',
    'crowd',
    'rate-limit',
    'limits',
    'sign-in-limits',
    'slow-mode',
    'fair-queue',
    'challenges',
    'release',
  ],
  [
    'cursor',
    'drain',
    'flow',
    'turns',
    'origin',
    'request',
    'intercept',
    'body',
    'line',
    'upgrade',
    'pipelining',
    'protection',
    'store',
    'visitor',
    'grant',
    'contacts',
  ],
  ['page', 'span', 'tail', 'follower', 'followers', 'log'],
  ['presence', 'role', 'door', 'password', 'passkeys'],
  ['accounts', 'chat', 'invitations', 'moderation', 'check'],
  ['session', 'config', 'check-access', 'admission', 'gate', 'listener', 'throttle', 'unreadable'],
  ['stream'],
  ['transports', 'routes', 'stores'],
  ['app'],
  ['main'],
];
const path = (part) =>
  ['transports', 'routes', 'stores'].includes(part) ? `./server/${part}` : `./server/${part}.ts`;
const upward = LAYERS.slice(0, -1).map((layer, i) => ({
  target: layer.map(path),
  from: LAYERS.slice(i + 1)
    .flat()
    .map(path),
  message: 'Imports go from app to wire, never back.',
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
            ...upward,
            { target: './server/transports', from: ['./server/routes', './server/stores'] },
            { target: './server/routes', from: ['./server/transports', './server/stores'] },
            { target: './server/stores', from: ['./server/transports', './server/routes'] },
            ...['socketio', 'websocket', 'sse', 'poll'].map((name) => ({
              target: `./server/transports/${name}.ts`,
              from: './server/transports',
              except: ['./raw.ts', './frames.ts'],
              message: 'Transports are siblings: what two of them need belongs to the chat.',
            })),
            { target: './server', from: ['./static', './__tests__'] },
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
