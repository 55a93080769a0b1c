// The script of `npm start`: updates the build where that is possible, then runs the server in this process.
// It is plain JavaScript, since it runs before anything is compiled.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const pathOf = (path) => fileURLToPath(new URL(path, import.meta.url));
const server = pathOf('dist/main.js');

/** Returns the path of the TypeScript compiler; undefined after `npm ci --omit=dev`. */
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

function fail(message) {
  console.error(message);
  process.exit(1);
}

/** Runs a step of the build, which reports its errors itself. */
function run(script, ...args) {
  const { status } = spawnSync(process.execPath, [script, ...args], { cwd: pathOf('.'), stdio: 'inherit' });
  if (status !== 0) fail('The build failed: see above. The server was not started.');
}

const compiler = findCompiler();
const writable = isWritable(existsSync(pathOf('dist')) ? pathOf('dist') : pathOf('.'));
if (compiler && writable) {
  run(compiler, '-b', 'server', 'static');
  run(pathOf('dist/http/precompress.js'));
} else if (!existsSync(server) || !existsSync(pathOf('dist/assets'))) {
  fail(
    compiler
      ? `Parley is not built, and this user may not write to ${pathOf('.')}. Run "npm run build" there as a user who may.`
      : 'Parley is not built, and the compiler is not installed. Run "npm ci && npm run build", then start again.',
  );
}

// npm starts this through a shell, which exits on a signal without passing it on. Without this, the server would keep
// running, and keep the database locked.
if (process.env.npm_lifecycle_event) {
  const shell = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 100).unref();
}

await import(new URL('dist/main.js', import.meta.url));
