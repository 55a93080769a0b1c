import imports from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** The order of the house: what stands in a list may import what stands in the lists before it, and not after. */
const LAYERS = [
  ['wire'],
  ['refusal', 'secret', 'address', 'cookies', 'name', 'crowd', 'rate-limit', 'limits'],
  [
    'cursor',
    'drain',
    'flow',
    'origin',
    'request',
    'intercept',
    'body',
    'line',
    'upgrade',
    'pipelining',
    'unreadable',
    'protection',
    'store',
    'visitor',
    'contacts',
  ],
  ['page', 'span', 'tail', 'follower', 'followers', 'log'],
  ['presence', 'role', 'door', 'password', 'passkeys'],
  ['accounts', 'chat', 'invitations', 'moderation', 'check'],
  ['session', 'config', 'check-access', 'admission', 'gate', 'listener'],
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

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'data/'] },
  ...tseslint.configs.recommendedTypeChecked,
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
  { files: ['**/*.mjs'], extends: [tseslint.configs.disableTypeChecked] },
);
