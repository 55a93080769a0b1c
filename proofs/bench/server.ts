import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Peer } from './candidates';

/** A peer that runs, on a processor of its own. */
export interface Server {
  port: number;
  /** How long it took from its start until it could be connected to, in s. */
  starting: number;
  /** The processor time it has used, in s. */
  cpu: () => number;
  /** Its memory, in KB. */
  memory: () => number;
  end: () => Promise<void>;
}

/** Clock ticks in a second, as /proc counts (proc(5)); 100 on every Linux that Node runs on. */
const TICKS = 100;

/**
 * Starts a peer, pinned to processor 0.
 * @param database the database it is to use, if it has one; else one of its own.
 */
async function startServer({ command, limits }: Peer, database?: string): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-bench-'));
  const port = await freePort();
  const began = performance.now();
  const child = spawn('taskset', ['-c', '0', ...command(folder, port)], {
    env: {
      ...process.env,
      LIMITS: limits ?? 'off',
      PORT: String(port),
      DATABASE: database ?? join(folder, 'parley.db'),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const gone = once(child, 'exit');
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`${command(folder, port).join(' ')} ended.`);
    await pause(5);
  }
  const stat = (): string[] =>
    readFileSync(`/proc/${child.pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
  return {
    port,
    starting: (performance.now() - began) / 1_000,
    cpu: () => (Number(stat()[11]) + Number(stat()[12])) / TICKS,
    memory: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'latin1'))![1]),
    end: async () => {
      child.kill('SIGKILL');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Does something with a peer that runs, and ends it whatever comes of that. */
export async function withServer<T>(
  peer: Peer,
  use: (server: Server) => Promise<T>,
  database?: string,
): Promise<T> {
  const server = await startServer(peer, database);
  try {
    return await use(server);
  } finally {
    await server.end();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}
