import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { findFreePort, isListening } from '../../proofs/ports';

/** A private NATS server. */
export interface NatsServer {
  port: number;
  url: string;
  child: ChildProcess;
  /** Ends it, also while it is stopped. */
  close: () => Promise<void>;
}

/** Whether this machine has the server. With `CI` set it must be there. */
export const hasNats =
  spawnSync('nats-server', ['--version']).error === undefined || process.env.CI !== undefined;

/** Starts a NATS server on a free port, and waits until it listens. */
export async function startNats(): Promise<NatsServer> {
  const port = await findFreePort();
  const child = spawn('nats-server', ['-a', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  while (!(await isListening(port)));
  return {
    port,
    url: `nats://127.0.0.1:${port}`,
    child,
    close: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
