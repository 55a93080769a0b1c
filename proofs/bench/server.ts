import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findFreePort, isListening } from '../ports';
import type { Candidate } from './candidates';

/** A running candidate. */
export interface Server {
  port: number;
  /** How long the start took, until the port accepted connections, in s. */
  startSeconds: number;
  /** Returns the processor time used so far, in s. */
  cpuSeconds: () => number;
  /** Returns the resident memory, in KB. */
  memoryKb: () => number;
  end: () => Promise<void>;
}

/** The unit of processor time in /proc (proc(5)): 100 on every Linux that Node runs on. */
const CLOCK_TICKS_PER_SECOND = 100;

/** Starts a candidate, pinned to core 0. @param database the database to use; a new one by default. */
async function startServer({ command, limits }: Candidate, database?: string): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-bench-'));
  const port = await findFreePort();
  const startedAt = performance.now();
  const child = spawn('taskset', ['-c', '0', ...command(folder, port)], {
    env: {
      ...process.env,
      LIMITS: limits ?? 'off',
      PORT: String(port),
      DATABASE: database ?? join(folder, 'parley.db'),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exited = once(child, 'exit');
  while (!(await isListening(port))) {
    if (child.exitCode !== null) {
      throw new Error(`${command(folder, port).join(' ')} exited with ${child.exitCode}.`);
    }
    await pause(5);
  }
  /** The fields of /proc/pid/stat from the third on: utime is the 14th, stime the 15th. */
  const stat = (): string[] =>
    readFileSync(`/proc/${child.pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
  return {
    port,
    startSeconds: (performance.now() - startedAt) / 1_000,
    cpuSeconds: () => (Number(stat()[11]) + Number(stat()[12])) / CLOCK_TICKS_PER_SECOND,
    memoryKb: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'latin1'))![1]),
    end: async () => {
      child.kill('SIGKILL');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs a function with a running candidate, and ends the candidate afterwards. */
export async function withServer<T>(
  candidate: Candidate,
  run: (server: Server) => Promise<T>,
  database?: string,
): Promise<T> {
  const server = await startServer(candidate, database);
  try {
    return await run(server);
  } finally {
    await server.end();
  }
}
