import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Peer } from './peers';

/** A peer that runs, on a processor of its own, with a database of its own. */
export interface Server {
  port: number;
  /** The processor time it has used, in s. */
  cpu: () => number;
  /** Its memory, in KB. */
  memory: () => number;
  end: () => Promise<void>;
}

/** Clock ticks in a second, as /proc counts (proc(5)); 100 on every Linux that Node runs on. */
const TICKS = 100;

/** Starts a peer, pinned to processor 0. */
export async function startServer({ script }: Peer): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-bench-'));
  const node = [
    process.execPath,
    ...(script.endsWith('.ts') ? ['-r', 'ts-node/register/transpile-only'] : []),
  ];
  const child = spawn('taskset', ['-c', '0', ...node, script], {
    env: { ...process.env, PORT: '0', DATABASE: join(folder, 'parley.db') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const stat = (): string[] =>
    readFileSync(`/proc/${child.pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
  return {
    port: Number(/:(\d+)$/.exec(line)![1]),
    cpu: () => (Number(stat()[11]) + Number(stat()[12])) / TICKS,
    memory: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'latin1'))![1]),
    end: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
