import type { Patch } from '../patch';

const APPENDING = 'dist/stores/sqlite/append.js';
const SCHEMA = 'dist/stores/sqlite/schema.js';

/**
 * Makes a build append entries without the hash chain: no salts, commitments and hashes are made, bound, stored or
 * passed between threads, and cursors have none. Only two columns remain, which are NULL: a byte each.
 */
export const WITHOUT_CHAIN: readonly Patch[] = [
  { file: APPENDING, from: 'const salts = (0, chain_1.createSalts)(drafts.length);', to: '' },
  { file: APPENDING, from: 'const salt = salts[i];', to: '' },
  {
    file: APPENDING,
    from: '(0, chain_1.hashOf)(head.hash, (0, chain_1.commitmentTo)(type, body, salt), fields)',
    to: "''",
  },
  { file: APPENDING, from: 'username, body, at, seal, hash)', to: 'username, body, at)' },
  { file: APPENDING, from: '?, unhex(?), unhex(?)) ON CONFLICT', to: '?) ON CONFLICT' },
  { file: APPENDING, from: 'body, at, salt, hash]', to: 'body, at]' },
  { file: APPENDING, from: "const hashes = drafts.map(() => '');", to: 'const hashes = [];' },
  { file: APPENDING, from: 'hashes[i] = (0, chain_1.shorten)(hash);', to: '' },
  { file: SCHEMA, from: 'seal BLOB NOT NULL', to: 'seal BLOB' },
  { file: SCHEMA, from: 'hash BLOB NOT NULL\n  ) STRICT;', to: 'hash BLOB\n  ) STRICT;' },
];
