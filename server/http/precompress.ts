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
 * A step of the build: brings together in `dist/assets` what a page may load, each file also compressed as well as
 * can be. That takes long, so it is done once, and not again for what has not changed.
 */
const ROOT = join(__dirname, '..', '..');
const ASSETS = join(ROOT, 'dist', 'assets');

const SMALLEST = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };

function put(from: string, name: string): void {
  const to = join(ASSETS, name);
  mkdirSync(dirname(to), { recursive: true });
  if (existsSync(`${to}.gz`) && statSync(`${to}.gz`).mtimeMs > statSync(from).mtimeMs) return;
  const bytes = readFileSync(from);
  copyFileSync(from, to);
  writeFileSync(`${to}.br`, brotliCompressSync(bytes, SMALLEST));
  writeFileSync(`${to}.gz`, gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }));
}

for (const folder of [join(ROOT, 'static'), join(ROOT, 'dist', 'static')]) {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (/\.(?:css|js|svg)$/.test(name)) put(join(folder, name), name);
  }
}
// From the server's own package, so the two are of one version; not under `/socket.io`, so that a network that blocks
// that path does not take the page's script along.
put(
  join(dirname(require.resolve('socket.io/package.json')), 'client-dist/socket.io.esm.min.js'),
  'socket.io.js',
);
put(join(dirname(require.resolve('idb')), 'index.js'), 'idb.js');
const linkify = dirname(require.resolve('linkify-it'));
put(join(linkify, 'index.mjs'), 'linkify-it.js');
put(join(dirname(require.resolve('uc.micro', { paths: [linkify] })), 'index.mjs'), 'uc.micro.js');
// Its modules name each other by their place in the package.
const passkeys = join(dirname(require.resolve('@simplewebauthn/browser')), '..', 'esm');
for (const name of readdirSync(passkeys, { recursive: true, encoding: 'utf8' })) {
  if (name.endsWith('.js')) put(join(passkeys, name), join('simplewebauthn', name));
}
