import { execFileSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

/** How much memory a process holds, in MB. */
export function memoryOf({ pid }: ChildProcess): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1_024;
}
