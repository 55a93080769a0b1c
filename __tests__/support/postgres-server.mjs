/*
 * Runs a private PostgreSQL for one process of the tests, and ends and removes it when that process is gone, however it
 * ended. Its argument is JSON: the folder, the programs' folder, the port, the password, the user to run as, and the
 * process to watch.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, chownSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How often it looks whether the process lives, in ms. */
const WATCH_INTERVAL = 250;

const { folder, bin, port, password, user, watched } = JSON.parse(process.argv[2]);
const data = join(folder, 'data');
const run = (program, ...args) =>
  execFileSync(join(bin, program), args, { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });

mkdirSync(folder, { mode: 0o700 });
const passwordFile = join(folder, 'password');
writeFileSync(passwordFile, password);
if (user.uid !== undefined) for (const path of [folder, passwordFile]) chownSync(path, user.uid, user.gid);

function end() {
  try {
    if (existsSync(join(data, 'postmaster.pid'))) run('pg_ctl', '-D', data, '-m', 'immediate', '-w', 'stop');
  } finally {
    rmSync(folder, { recursive: true, force: true });
    process.exit();
  }
}
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, end);

const access = ['-U', 'parley', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
run('initdb', '-D', data, '-E', 'UTF8', '--locale=C', '--no-sync', ...access);
// Tests survive no power failure, so nothing waits for the disk. In this file, a benchmark can turn it on.
appendFileSync(join(data, 'postgresql.conf'), 'fsync = off\n');
const settings = { port, listen_addresses: '127.0.0.1', unix_socket_directories: folder };
const options = Object.entries(settings).map(([name, value]) => `-c ${name}='${value}'`);
run('pg_ctl', '-D', data, '-l', join(folder, 'log'), '-o', options.join(' '), '-w', 'start');
console.log('ready');

setInterval(() => {
  try {
    process.kill(watched, 0);
  } catch {
    end();
  }
}, WATCH_INTERVAL);
