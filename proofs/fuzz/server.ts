import { join } from 'node:path';
import { startProcess, type ServerProcess } from '../../__tests__/support/process';

/** Starts a server without rate limits, which would refuse most inputs, and with a small heap, which makes leaks fatal. */
export function startFuzzedServer(folder: string): Promise<ServerProcess> {
  const env = { DATABASE: join(folder, 'parley.db'), NODE_OPTIONS: '--max-old-space-size=192' };
  return startProcess(env, undefined, 'pipe');
}
