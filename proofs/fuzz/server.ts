import { join } from 'node:path';
import { startProcess, type ServerProcess } from '../../__tests__/support/process';

/** A server to be attacked: nothing is refused for being too often, and what it keeps of it would end it. */
export function startFuzzed(folder: string): Promise<ServerProcess> {
  const env = { DATABASE: join(folder, 'parley.db'), NODE_OPTIONS: '--max-old-space-size=192' };
  return startProcess(env, undefined, 'pipe');
}
