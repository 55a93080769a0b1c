import { readFileSync } from 'node:fs';

/** Returns the anonymous resident memory of a process in MB: without the files that it maps. */
export function anonymousMemoryMb(pid: number): number {
  const [, kilobytes] = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1_024;
}

/** Runs a function, and returns the highest anonymous memory of a process during it, in MB. */
export async function peakMemoryMb(
  pid: number,
  intervalMs: number,
  run: () => Promise<void>,
): Promise<number> {
  let peak = 0;
  const timer = setInterval(() => (peak = Math.max(peak, anonymousMemoryMb(pid))), intervalMs);
  try {
    await run();
  } finally {
    clearInterval(timer);
  }
  return peak;
}

/** Counts the established connections to a local port, on the server's side. */
export function countConnections(port: number): number {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, address, , state]) => address?.endsWith(local) && state === '01').length;
}
