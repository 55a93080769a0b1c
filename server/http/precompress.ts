import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/*
 * A step of the build: collects the files that a page may load in `dist/assets`, and compresses each with the highest
 * settings. That is slow, so unchanged files are skipped.
 */
const ROOT = join(__dirname, '..', '..');
const ASSETS = join(ROOT, 'dist', 'assets');

const BEST_BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };

/** Copies a file into the assets under a name, and compresses it. */
function addAsset(from: string, name: string): void {
  const to = join(ASSETS, name);
  mkdirSync(dirname(to), { recursive: true });
  if (existsSync(`${to}.gz`) && statSync(`${to}.gz`).mtimeMs > statSync(from).mtimeMs) return;
  const bytes = readFileSync(from);
  copyFileSync(from, to);
  writeFileSync(`${to}.br`, brotliCompressSync(bytes, BEST_BROTLI));
  writeFileSync(`${to}.gz`, gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }));
}

for (const folder of [join(ROOT, 'static'), join(ROOT, 'dist', 'static')]) {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (/\.(?:css|js|svg)$/.test(name)) addAsset(join(folder, name), name);
  }
}
// From the server's own package, so that client and server have the same version. Not under `/socket.io`: on a network
// that blocks that path, the page must still load.
addAsset(
  join(dirname(require.resolve('socket.io/package.json')), 'client-dist/socket.io.esm.min.js'),
  'socket.io.js',
);
addAsset(join(dirname(require.resolve('idb')), 'index.js'), 'idb.js');
const linkify = dirname(require.resolve('linkify-it'));
addAsset(join(linkify, 'index.mjs'), 'linkify-it.js');
addAsset(join(dirname(require.resolve('uc.micro', { paths: [linkify] })), 'index.mjs'), 'uc.micro.js');
// Its modules import each other by relative paths.
const passkeys = join(dirname(require.resolve('@simplewebauthn/browser')), '..', 'esm');
for (const name of readdirSync(passkeys, { recursive: true, encoding: 'utf8' })) {
  if (name.endsWith('.js')) addAsset(join(passkeys, name), join('simplewebauthn', name));
}
