import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, cpSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder';
import { runToEnd, startProcess } from '../support/process';

const ROOT = join(__dirname, '..', '..');
/** Root can write anywhere, so as root the server is run by `nobody`. */
const user = process.getuid?.() === 0 ? { uid: 65534 } : {};
const WRONG_PORT = { PORT: 'none' };
const STARTED = 'PORT must be a number from 0 to 65535, not "none".\n';

let folder: TemporaryFolder;
let start: string;
beforeEach(() => {
  folder = createTemporaryFolder();
  chmodSync(folder.path, 0o755);
  start = join(folder.path, 'start.mjs');
  copyFileSync(join(ROOT, 'start.mjs'), start);
});
afterEach(() => folder.remove());

/** Copies a part of the repository into the folder that is started. */
const link = (name: string) => symlinkSync(join(ROOT, name), join(folder.path, name));

describe('npm start', () => {
  it('stops the server when npm is stopped', async () => {
    const npm = spawn('npm', ['start'], {
      cwd: ROOT,
      env: { ...process.env, PORT: '0', DATABASE: join(folder.path, 'parley.db') },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface(npm.stdout)) if (line.startsWith('Parley is open')) break;
    npm.stdout.resume();
    // The pipe closes when the last process that can write to it exits.
    const closed = once(npm.stdout, 'close');
    npm.kill('SIGTERM');
    await closed;
    const again = await startProcess({ DATABASE: join(folder.path, 'parley.db') });
    await again.end('SIGTERM');
  });

  it('runs an existing build without the compiler', async () => {
    link('dist');
    expect(await runToEnd(WRONG_PORT, { main: start })).toEqual({ code: 1, errors: STARTED });
  });

  it('runs an existing build that this user can’t write to', async () => {
    link('node_modules');
    link('server');
    const dist = join(folder.path, 'dist');
    cpSync(join(ROOT, 'dist'), dist, { recursive: true });
    chmodSync(dist, 0o555);
    expect(await runToEnd(WRONG_PORT, { main: start, ...user })).toEqual({ code: 1, errors: STARTED });
    chmodSync(dist, 0o755);
  });

  it('reports a missing compiler in one line', async () => {
    expect(await runToEnd(WRONG_PORT, { main: start })).toEqual({
      code: 1,
      errors:
        'Parley is not built, and the compiler is not installed. Run "npm ci && npm run build", then start again.\n',
    });
  });

  it('reports in one line that this user can’t build it', async () => {
    link('node_modules');
    chmodSync(folder.path, 0o555);
    const { code, errors } = await runToEnd(WRONG_PORT, { main: start, ...user });
    expect({ code, errors }).toEqual({
      code: 1,
      errors: expect.stringMatching(/^Parley is not built, and this user may not write to .*\.\n$/) as string,
    });
    chmodSync(folder.path, 0o755);
  });
});
