// What `npm start` runs: brings the build up to date where that is possible, and becomes the server.
// Plain JavaScript, since it has to run before anything is compiled.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const server = at('dist/main.js');

/** The TypeScript compiler, or undefined after `npm ci --omit=dev`. */
function findCompiler() {
  try {
    return createRequire(import.meta.url).resolve('typescript/lib/tsc.js');
  } catch {
    return undefined;
  }
}

function isWritable(path) {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function stop(sentence) {
  console.error(sentence);
  process.exit(1);
}

/** Runs a step of the build; a step that fails has said why. */
function run(script, ...args) {
  const { status } = spawnSync(process.execPath, [script, ...args], { cwd: at('.'), stdio: 'inherit' });
  if (status !== 0) stop('The build failed: see above. Nothing was started.');
}

const compiler = findCompiler();
const writable = isWritable(existsSync(at('dist')) ? at('dist') : at('.'));
if (compiler && writable) {
  run(compiler, '-b', 'server', 'static');
  run(at('dist/http/precompress.js'));
} else if (!existsSync(server) || !existsSync(at('dist/assets'))) {
  stop(
    compiler
      ? `Parley is not built, and this user may not write to ${at('.')}: run "npm run build" there as one who may.`
      : 'Parley is not built, and the compiler is not installed: run "npm ci && npm run build", then start again.',
  );
}

// npm starts this through a shell, which ends on a signal without passing it on. Without this, the server would live
// on unsupervised and hold the database.
if (process.env.npm_lifecycle_event) {
  const shell = process.ppid;
  setInterval(() => process.ppid === shell || process.kill(process.pid, 'SIGTERM'), 100).unref();
}

await import(new URL('dist/main.js', import.meta.url));
