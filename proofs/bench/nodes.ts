import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createDatabase } from '../../__tests__/support/postgres';
import { startProcess, type ServerProcess } from '../../__tests__/support/process';
import { findFreePort, isListening } from '../ports';
import type { Build } from '../soak/build';
import { TS_NODE } from '../ts-node';

/** Whether this machine has NATS. */
export const hasNats = spawnSync('nats-server', ['--version']).error === undefined;

/** Runs a function with the ports of several servers on a new database of one PostgreSQL, and ends them afterwards. */
export async function withNodes<T>(
  start: (env: Record<string, string>) => Promise<ServerProcess>,
  count: number,
  bell: 'postgres' | 'nats',
  run: (ports: number[]) => Promise<T>,
): Promise<T> {
  const database = await createDatabase();
  const nats = bell === 'nats' ? await startNats() : undefined;
  const env = { DATABASE_URL: database.url, ...(nats && { NATS_URL: nats.url }) };
  const nodes = await Promise.all(Array.from({ length: count }, () => start(env)));
  try {
    // Tests turn it off. Without it, a commit would cost less than in any database that is durable.
    await database.query('ALTER SYSTEM SET fsync = on');
    await database.query('SELECT pg_reload_conf()');
    while ((await database.query<{ fsync: string }>('SHOW fsync'))[0]!.fsync !== 'on') await pause(10);
    return await run(nodes.map(({ port }) => port));
  } finally {
    await Promise.all(nodes.map((node) => node.end('SIGKILL')));
    await nats?.end();
    await database.remove();
  }
}

/** Returns the function that starts a node of Parley. */
export const parleyOf =
  (build: Build, settings: Record<string, string>) =>
  (env: Record<string, string>): Promise<ServerProcess> =>
    startProcess({ ...settings, ...env }, build.main);

/** Starts a node of Socket.IO on its PostgreSQL adapter. */
export function startSocketIo(env: Record<string, string>): Promise<ServerProcess> {
  const [option, ...rest] = TS_NODE;
  return startProcess(env, option, 'inherit', ...rest, join(__dirname, 'candidates', 'socketio-postgres.ts'));
}

async function startNats(): Promise<{ url: string; end: () => Promise<void> }> {
  const port = await findFreePort();
  const server = spawn('nats-server', ['-a', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const exited = once(server, 'exit');
  while (!(await isListening(port))) await pause(5);
  return {
    url: `nats://127.0.0.1:${port}`,
    end: async () => {
      server.kill();
      await exited;
    },
  };
}
