import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePort, isListening } from '../../proofs/ports';
import { createTemporaryFolder } from './temporary-folder';

/** A balancer in front of several nodes, which sends each request to the next one. */
export interface Balancer {
  url: string;
  close: () => Promise<void>;
}

/** The configurations for operators. The tests run them, with addresses of their own. */
export const DEPLOY = join(__dirname, '..', '..', 'deploy');

/** Returns a configuration with the ports of the nodes, and of the balancer itself. */
type Configure = (text: string, port: number, nodes: readonly string[]) => string;

const configureHaproxy: Configure = (text, port, nodes) =>
  text
    .replace('bind :8080', `bind 127.0.0.1:${port}`)
    .replace(/server node(\d) \S+/g, (_line, i: string) => `server node${i} ${nodes[Number(i) - 1]}`);

const configureNginx: Configure = (text, port, nodes) =>
  text
    // One process, which writes only to its own folder.
    .replace(
      'worker_processes auto;',
      'daemon off; master_process off; pid nginx.pid; error_log stderr crit;',
    )
    .replace(
      'http {',
      `http { access_log off; client_body_temp_path temp; proxy_temp_path temp; fastcgi_temp_path temp;
       uwsgi_temp_path temp; scgi_temp_path temp;`,
    )
    .replace('listen 8080', `listen 127.0.0.1:${port}`)
    .replace(/server node(\d):\d+/g, (_line, i: string) => `server ${nodes[Number(i) - 1]}`);

interface Program {
  /** Its arguments, in a folder with the configuration. */
  args: string[];
  file: string;
  configure: Configure;
}

const PROGRAMS: Record<string, Program> = {
  haproxy: { args: ['-db', '-f', 'haproxy.cfg'], file: 'haproxy.cfg', configure: configureHaproxy },
  nginx: {
    args: ['-p', '.', '-e', 'stderr', '-c', 'nginx.conf'],
    file: 'nginx.conf',
    configure: configureNginx,
  },
};

/** The balancers of this machine. With `CI` set, all must be there. */
export const BALANCERS = Object.keys(PROGRAMS).filter(isInstalled);

function isInstalled(name: string): boolean {
  if (!spawnSync(name, ['-v']).error) return true;
  if (process.env.CI) throw new Error(`${name} is missing. Install the package ${name}.`);
  console.error(`The tests behind ${name} are skipped: it is not installed.`);
  return false;
}

/**
 * Starts a balancer, and waits until it listens.
 * @param nodes the URLs of three nodes.
 * @param extend returns the configuration with what an operator adds to it.
 */
export async function startBalancer(
  name: string,
  nodes: readonly string[],
  extend = (text: string): string => text,
): Promise<Balancer> {
  const { args, file, configure } = PROGRAMS[name]!;
  const folder = createTemporaryFolder();
  const port = await findFreePort();
  const addresses = nodes.map((url) => `127.0.0.1:${new URL(url).port}`);
  writeFileSync(
    join(folder.path, file),
    configure(extend(readFileSync(join(DEPLOY, file), 'utf8')), port, addresses),
  );
  const child = spawn(name, args, { cwd: folder.path, stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  while (!(await isListening(port))) {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}: ${errors}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    url: `http://localhost:${port}`,
    close: async () => {
      const exited = once(child, 'exit');
      if (child.exitCode === null && child.kill('SIGKILL')) await exited;
      folder.remove();
    },
  };
}
