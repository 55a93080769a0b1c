import { execFileSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

/** Returns the resident memory of a process, in MB. */
export function memoryOf({ pid }: ChildProcess): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1_024;
}
