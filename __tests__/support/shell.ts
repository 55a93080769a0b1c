import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/** @throws if `bash` or `curl` is not installed. */
export function requireCurl(): void {
  for (const command of ['bash', 'curl']) {
    if (spawnSync(command, ['--version']).error)
      throw new Error(`These tests run "${command}", which this machine does not have. Install it.`);
  }
}

/**
 * Runs a command with bash, without the user's environment.
 * @param folder its working directory.
 * @param isEnough is called with the output so far; once it returns true, the command is killed. Without it, the command
 * has to end by itself.
 * @returns its output. @throws if it fails.
 */
export async function runShell(
  command: string,
  folder: string,
  isEnough: (output: string) => boolean = () => false,
): Promise<string> {
  const child = spawn('bash', ['-o', 'pipefail', '-c', command], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, so that its child processes end with it.
    detached: true,
  });
  let output = '';
  let errors = '';
  let wasStopped = false;
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk));
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
    if (wasStopped || !isEnough(output)) return;
    wasStopped = true;
    process.kill(-child.pid!);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (!wasStopped && code !== 0) throw new Error(`${command}\nended with ${code}: ${errors}${output}`);
  return output;
}
